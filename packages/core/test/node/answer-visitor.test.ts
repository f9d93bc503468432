import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, type Mock, test, vi } from 'vitest'
import { serve } from '../../../../test-utils/serve.ts'
import type { Failed, Plan } from '../../src/engine/plan.ts'
import { answerVisitor, type BypassFields, type Next, type PageAnswer } from '../../src/node/index.ts'

type Bypass = Extract<Plan, { kind: 'bypass' }>

function bypass(
  fields: BypassFields = 'personal',
  admit?: Bypass['admit'],
): Bypass & { release: ReturnType<typeof vi.fn>; failed: Mock<Failed> } {
  const release = vi.fn()
  const cacheStatus = 'ssr-cache; fwd=bypass; detail=cookie'
  return {
    kind: 'bypass',
    reason: 'cookie',
    fields,
    cacheStatus,
    release,
    failed: vi.fn<Failed>(),
    admit: admit ?? (() => ({ kind: 'admitted', release })),
  }
}

function shared(answer: Extract<Plan, { kind: 'shared' }>['answer']): Plan {
  return { kind: 'shared', answer, failed: vi.fn() }
}

const TURNED_AWAY: PageAnswer = {
  kind: 'answer',
  status: 503,
  fields: [['cache-control', 'no-store']],
  body: new Uint8Array(),
  shared: false,
}

type Handle = (request: IncomingMessage, response: ServerResponse, next: Next) => unknown

/** Asks a server that carries out one plan; what reaches `next` is answered by the code below. */
async function asked(
  plan: Plan,
  handle: Handle,
  below?: (error: unknown, response: ServerResponse) => void,
  path = '/',
) {
  await using site = await serve((request, response) => {
    const next: Next = (error) => {
      if (below !== undefined) return below(error, response)
      response.statusCode = error === undefined ? 404 : 500
      response.end(String(error))
    }
    const render = () => {
      throw new Error('not for everyone')
    }
    try {
      answerVisitor(plan, { request, response, render, next, handle: (goOn) => handle(request, response, goOn) })
    } catch (error) {
      next(error)
    }
  })
  return await site.ask(path)
}

describe('what the app answers to one visitor itself', () => {
  const chatty: Handle = (_, response) => {
    response.setHeader('Cache-Control', 'public, max-age=600')
    response.setHeader('CDN-Cache-Control', 'max-age=600')
    response.setHeader('Cache-Status', 'origin; hit')
    response.end('mine')
  }

  test('goes out `private, no-store` where it is personal, whatever the app wrote', async () => {
    const { headers, text } = await asked(bypass('personal'), chatty)
    expect(text).toBe('mine')
    expect(headers['cache-control']).toBe('private, no-store')
    expect(headers['cdn-cache-control']).toBeUndefined()
  })

  test('goes out as the app wrote it where it is not, with our member of Cache-Status at the end', async () => {
    const { headers } = await asked(bypass('own'), chatty)
    expect(headers['cache-control']).toBe('public, max-age=600')
    expect(headers['cdn-cache-control']).toBe('max-age=600')
    expect(headers['cache-status']).toBe('origin; hit, ssr-cache; fwd=bypass; detail=cookie')
  })

  test.each<[string, Handle]>([
    ['nothing of Cache-Control', (_, response) => response.end()],
    [
      'a Set-Cookie',
      (_, response) => response.writeHead(200, { 'Set-Cookie': 'a=1', 'Cache-Control': 'public' }).end(),
    ],
    [
      'a Set-Cookie in a list',
      (_, response) => response.writeHead(200, ['Set-Cookie', 'a=1', 'cache-control', 'public']).end(),
    ],
    ['a Set-Cookie in pairs', (_, response) => response.writeHead(200, [['Set-Cookie', 'a=1']] as never).end()],
  ])('goes out `private, no-store` where the app said %s', async (_, handle) => {
    const { headers } = await asked(bypass('own'), handle)
    expect(headers['cache-control']).toBe('private, no-store')
    expect(headers['cache-status']).toBe('ssr-cache; fwd=bypass; detail=cookie')
  })

  test('keeps the spelling and the order of what is not ours', async () => {
    const { rawHeaders } = await asked(bypass('own'), (_, response) =>
      response.writeHead(200, { 'X-Odd-Case': '1', 'Cache-Control': 'public', Link: ['</a>', '</b>'] }).end(),
    )
    expect(rawHeaders.slice(0, 8)).toEqual([
      'X-Odd-Case',
      '1',
      'Cache-Control',
      'public',
      'Link',
      '</a>',
      'Link',
      '</b>',
    ])
  })

  test('frees its place when the response is done', async () => {
    const plan = bypass()
    await asked(plan, chatty)
    await vi.waitFor(() => expect(plan.release).toHaveBeenCalled())
  })

  test('frees its place when the visitor leaves (I9)', async () => {
    const plan = bypass()
    const { promise: started, resolve: begun } = Promise.withResolvers<void>()
    await using site = await serve((request, response) => {
      answerVisitor(plan, { request, response, render: vi.fn(), next: vi.fn(), handle: () => begun() })
    })
    await site.askAndLeave('/', started)
    await vi.waitFor(() => expect(plan.release).toHaveBeenCalled())
  })

  test('is not begun for a visitor who left while waiting for a place', async () => {
    const handle = vi.fn()
    const release = vi.fn()
    const { promise: started, resolve: begun } = Promise.withResolvers<void>()
    await using site = await serve((request, response) => {
      begun()
      const admit: Bypass['admit'] = () =>
        new Promise((resolve) => response.once('close', () => resolve({ kind: 'admitted', release })))
      answerVisitor(bypass('personal', admit), { request, response, render: vi.fn(), next: vi.fn(), handle })
    })
    await site.askAndLeave('/', started)
    await vi.waitFor(() => expect(release).toHaveBeenCalled())
    expect(handle).not.toHaveBeenCalled()
  })

  test('is an answer of ours where there is no place', async () => {
    const { status } = await asked(
      bypass('personal', async () => TURNED_AWAY),
      vi.fn(),
    )
    expect(status).toBe(503)
  })

  test('where the app has none, the code below answers as if we were not there', async () => {
    const plan = bypass()
    const { headers, status } = await asked(
      plan,
      (_request, _response, next) => next(),
      (_, response) => {
        expect(plan.release).toHaveBeenCalled()
        response.setHeader('Cache-Control', 'public, max-age=600')
        response.end()
      },
    )
    expect(status).toBe(200)
    expect(headers['cache-control']).toBe('public, max-age=600')
    expect(headers['cache-status']).toBeUndefined()
    expect(plan.release).toHaveBeenCalled()
  })

  test.each<[string, Handle]>([
    [
      'throws',
      () => {
        throw new Error('boom')
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('boom')
      },
    ],
    ['gives an error to next', (_request, _response, next) => next(new Error('boom'))],
  ])('where the app %s, the code below hears of it, and its answer is personal', async (_, handle) => {
    const { status, headers, text } = await asked(bypass(), handle)
    expect([status, text]).toEqual([500, 'Error: boom'])
    expect(headers['cache-control']).toBe('private, no-store')
  })

  test('may be written to after its end: the visitor has the answer, the log is told, and the process lives (A1)', async () => {
    const plan = bypass()
    const { status, text } = await asked(plan, (_, response) => {
      response.end('mine')
      response.write('more')
    })
    expect([status, text]).toEqual([200, 'mine'])
    expect(plan.failed).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'ERR_STREAM_WRITE_AFTER_END' }))
  })

  test.each<[string, Handle]>([
    ['set', (_, response) => response.setHeader('Content-Length', ['4', '5']).end('mine')],
    [
      'given to writeHead',
      (_, response) => response.writeHead(200, ['Content-Length', '4', 'Content-Length', '5']).end('mine'),
    ],
  ])(
    'goes out whole, in chunks, with neither of two lengths that it was %s, and the log is told',
    async (_, handle) => {
      const plan = bypass()
      const { headers, text, cutOff } = await asked(plan, handle)
      expect([text, cutOff]).toEqual(['mine', false])
      expect(headers['content-length']).toBeUndefined()
      expect(plan.failed).toHaveBeenCalledExactlyOnceWith(
        expect.objectContaining({ message: expect.stringContaining('got "4, 5"') }),
      )
    },
  )

  test.each([undefined, null, '', 'route', 'router'])('a thrown %j is an error, too', async (thrown) => {
    const fail = () => {
      throw thrown
    }
    for (const handle of [fail, async () => fail()]) {
      const { status, text } = await asked(bypass(), handle)
      expect(status).toBe(500)
      expect(text).toMatch(/ERR_SSR_CACHE_RENDER: a render must throw an Error/)
    }
  })
})

describe('what is the same for everyone', () => {
  const never: Handle = () => {
    throw new Error('must not be called')
  }

  test.each<[string, Plan]>([
    ['an answer at once', shared(() => TURNED_AWAY)],
    ['an answer later', shared(async () => TURNED_AWAY)],
    ['a refusal', { kind: 'refused', answer: TURNED_AWAY }],
  ])('is sent: %s', async (_, plan) => {
    expect((await asked(plan, never)).status).toBe(503)
  })

  test.each<[string, Plan, number, string]>([
    ['declined at once', shared(() => ({ kind: 'declined' })), 404, 'undefined'],
    ['declined later', shared(async () => ({ kind: 'declined' })), 404, 'undefined'],
    ['failed later', shared(async () => Promise.reject(new Error('boom'))), 500, 'Error: boom'],
    [
      'failed at once',
      shared(() => {
        throw new Error('boom')
      }),
      500,
      'Error: boom',
    ],
    [
      'failed with nothing to say (C3)',
      shared(() => Promise.reject(undefined)),
      500,
      expect.stringContaining('threw undefined') as never,
    ],
  ])('goes on below: %s', async (_, plan, status, text) => {
    const reply = await asked(plan, never)
    expect(reply.status).toBe(status)
    expect(reply.text).toEqual(text)
  })
})
