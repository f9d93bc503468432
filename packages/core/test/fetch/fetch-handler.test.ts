import { gzipSync } from 'node:zlib'
import { createRenderCache, pageContext, type RenderCache, type RenderCacheOptions } from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { serve } from '../../../../test-utils/serve.ts'

function open(options: RenderCacheOptions = {}): {
  readonly cache: RenderCache
  readonly clock: FakeClock
  readonly logged: object[]
} {
  const clock = fakeClock()
  const logged: object[] = []
  const error = (details: object, message: string): void => void logged.push({ ...details, message })
  const cache = createRenderCache({ clock, logger: { debug() {}, info() {}, warn() {}, error }, ...options })
  return { cache, clock, logged }
}

const page = (text: string, init: ConstructorParameters<typeof Response>[1] = {}): Response =>
  new Response(text, { ...init, headers: { 'content-type': 'text/html', ...init.headers } as Record<string, string> }) // no other form is given here

const asked = (path = '/', headers: Record<string, string> = {}): Request =>
  new Request(`https://shop.example${path}`, { headers: { accept: 'text/html', ...headers } })

const bypassing = (path = '/'): Request => asked(path, { cookie: 'sid=1' })

describe('what the app is given', () => {
  test('in a shared render: a Request from the key, and nothing of what the platform handed in (I3)', async () => {
    const seen: unknown[][] = []
    const { cache } = open()
    const fetch = cache.fetch((...given: unknown[]) => {
      seen.push(given)
      return page('page')
    }) as (...given: unknown[]) => Promise<Response>
    await fetch(asked('/a?utm_source=mail', { 'x-mine': '1' }), { incoming: 'a visitor’s own' }, {})
    expect(seen).toHaveLength(1)
    const [request, ...platform] = seen[0] as [Request]
    expect(platform).toEqual([])
    expect([request.method, request.url]).toEqual(['GET', 'https://shop.example/a'])
    expect(Object.fromEntries(request.headers)).toEqual({ accept: 'text/html', host: 'shop.example' })
  })

  test('in a shared render where the app’s own fields decide: what the platform handed in with the request that began it', async () => {
    const seen: unknown[][] = []
    const { cache } = open({ freshness: 'origin' })
    const fetch = cache.fetch((...given: unknown[]) => {
      seen.push(given.slice(1))
      return page('page', { headers: { 'cache-control': 'max-age=60' } })
    }) as (...given: unknown[]) => Promise<Response>
    await fetch(asked(), 'first')
    await fetch(asked(), 'second')
    expect(seen).toEqual([['first']])
  })

  test('in a bypass: the very Request, and all that the platform handed in (C10)', async () => {
    const seen: unknown[][] = []
    const { cache } = open()
    const fetch = cache.fetch((...given: unknown[]) => {
      seen.push(given)
      return page('mine')
    }) as (...given: unknown[]) => Promise<Response>
    const given = [bypassing(), { binding: 1 }, { waitUntil() {} }]
    await fetch(...given)
    expect(seen[0]?.every((each, at) => each === given[at])).toBe(true)
  })

  test('a signal that is aborted past deadlineMs, and that no visitor who leaves aborts (I9)', async () => {
    const { cache, clock } = open({ admission: { timeoutMs: 1_000, deadlineMs: 5_000 } })
    const begun = Promise.withResolvers<AbortSignal>()
    const leaves = new AbortController()
    const fetch = cache.fetch(({ signal }) => {
      begun.resolve(signal)
      return new Promise<never>(() => {})
    })
    const answer = fetch(new Request(asked(), { signal: leaves.signal }))
    const signal = await begun.promise
    leaves.abort()
    await clock.advanceAsync(1_000)
    expect([(await answer).status, signal.aborted]).toEqual([503, false])
    await clock.advanceAsync(4_000)
    expect(signal.aborted).toBe(true)
  })

  test('the context of its page (R61)', async () => {
    const { cache } = open()
    const fetch = cache.fetch(() => {
      pageContext()?.maxAge(7)
      return page('page')
    })
    expect((await fetch(asked())).headers.get('cache-control')).toContain('s-maxage=7')
  })
})

describe('what comes out', () => {
  test('is a Response of one’s own each time: what is done to it changes nothing that is kept (I10)', async () => {
    const { cache } = open()
    const fetch = cache.fetch(() => page('page'))
    for (let visit = 0; visit < 3; visit++) {
      const response = await fetch(asked())
      const bytes = new Uint8Array(await response.arrayBuffer())
      expect(new TextDecoder().decode(bytes)).toBe('page')
      bytes.fill(0)
      response.headers.set('x-mine', '1')
      expect((await fetch(asked())).headers.has('x-mine')).toBe(false)
    }
  })

  test('of a bypass is the app’s own Response, by which its host writes it as ever', async () => {
    const { cache } = open()
    const own = page('mine', { status: 201, statusText: 'Made' })
    const answer = await cache.fetch(() => own)(bypassing())
    expect(answer).toBe(own)
    expect([answer.statusText, answer.headers.get('cache-control')]).toEqual(['Made', 'private, no-store'])
    expect(answer.headers.get('cache-status')).toBe('ssr-cache; fwd=bypass; detail=cookie')
  })

  test('of a bypass is the same for whoever asks once more by the same Request (P3)', async () => {
    const { cache } = open()
    const fetch = cache.fetch(() => new Response('Hello, Ann'))
    const request = bypassing()
    for (const answer of [await fetch(request), await fetch(request)]) {
      expect(answer.headers.get('cache-control')).toBe('private, no-store')
    }
  })

  test.each(['policy', 'origin'] as const)(
    'of another server, handed on as fetch gave it, is kept as it was decoded, and says no coding (freshness: %s)',
    async (freshness) => {
      await using upstream = await serve((_request, response) => {
        const headers = { 'content-type': 'text/html', 'content-encoding': 'gzip', 'cache-control': 'max-age=60' }
        response.writeHead(200, headers).end(gzipSync('<p>Hello</p>'))
      })
      const { cache } = open({ freshness, encoding: false })
      const proxy = cache.fetch(() => fetch(`http://${upstream.host}/`))
      let cacheStatus: string | null = null
      while (!cacheStatus?.includes('; hit')) {
        const answer = await proxy(asked())
        cacheStatus = answer.headers.get('cache-status')
        expect(answer.headers.get('content-encoding')).toBeNull()
        expect(await answer.text()).toBe('<p>Hello</p>')
      }
    },
  )

  test('of a bypass whose headers must not be changed is a copy', async () => {
    const { cache } = open()
    const own = Response.redirect('https://shop.example/elsewhere')
    const answer = await cache.fetch(() => own)(bypassing())
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://shop.example/elsewhere'])
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect(own.headers.has('cache-status')).toBe(false)
  })

  test('of an upgrade is what the runtime made, untouched', async () => {
    const { cache } = open()
    const upgraded = Object.defineProperty(new Response(null), 'status', { value: 101 })
    const answer = await cache.fetch(() => upgraded)(asked('/', { upgrade: 'websocket', connection: 'upgrade' }))
    expect(answer).toBe(upgraded)
    expect([...answer.headers]).toEqual([])
  })

  test('keeps every field that the app has set, and adds its member to a Cache-Status (RFC 9211 2)', async () => {
    const { cache } = open({ routes: [{ match: '/*rest', cache: false }] })
    const own = page('mine', { headers: { 'cache-control': 'max-age=5', 'cache-status': 'inner; hit' } })
    const { headers } = await cache.fetch(() => own)(asked())
    expect(headers.get('cache-control')).toBe('max-age=5')
    expect(headers.get('cache-status')).toBe('inner; hit, ssr-cache; fwd=bypass; detail=route')
  })

  test('has no content where its status has none, whatever the app gave', async () => {
    const { cache } = open()
    const fetch = cache.fetch(() => new Response(null, { status: 205 }))
    const answer = await fetch(asked())
    expect([answer.status, answer.body, answer.headers.get('content-length')]).toEqual([205, null, null])
  })

  test('a Response of another class than the platform’s of the moment is one, too', async () => {
    const { cache } = open()
    class Light {
      readonly status = 200
      readonly headers = new Headers({ 'content-type': 'text/html' })
      readonly body = new Response('light').body
      readonly [Symbol.toStringTag] = 'Response'
    }
    expect(await (await cache.fetch(() => new Light() as never)(asked())).text()).toBe('light')
  })

  test('503 where there is no place for one more who bypasses', async () => {
    const { cache } = open({ admission: { bypassConcurrency: 1, queueLimit: 0 } })
    const begun = Promise.withResolvers<void>()
    const end = Promise.withResolvers<Response>()
    const fetch = cache.fetch(() => {
      begun.resolve()
      return end.promise
    })
    const first = fetch(bypassing())
    await begun.promise
    expect((await fetch(bypassing())).status).toBe(503)
    end.resolve(page('mine'))
    expect(await (await first).text()).toBe('mine')
    expect((await fetch(bypassing())).status).toBe(200)
  })

  test('a request that is none is answered, and told to the log', async () => {
    const { cache, logged } = open()
    const answer = await cache.fetch(() => page('page'))({ url: '/relative', headers: new Headers() } as Request)
    expect([answer.status, logged]).toMatchObject([500, [{ route: '*', error: { code: 'ERR_SSR_CACHE_REQUEST' } }]])
  })

  test('an app that fails for one visitor alone is told to the log with its page, but not with the query: that may be a secret', async () => {
    const { cache, logged } = open({ routes: [{ match: '/login' }] })
    const error = new Error('no database')
    const fetch = cache.fetch(() => Promise.reject(error))
    const answer = await fetch(new Request('https://shop.example/login?token=secret', { method: 'POST' }))
    const url = 'https://shop.example/login'
    expect([answer.status, logged]).toMatchObject([500, [{ route: '/login', url, error }]])
  })

  test.each<[string, () => unknown, RegExp]>([
    [
      'an app in place of its fetch',
      () => open().cache.fetch({ fetch: () => page('') } as never),
      /"handler" must be a function \(request\) => Response.*Write cache\.fetch\(app\.fetch\)\./,
    ],
    [
      'an option of another name',
      () => open().cache.fetch(() => page(''), { waitFor: () => {} } as never),
      /"waitFor" must be left out.*Known are: waitUntil/,
    ],
    [
      'a waitUntil that is no function',
      () => open().cache.fetch(() => page(''), { waitUntil: true } as never),
      /"waitUntil" must be a function/,
    ],
    ['options that are none', () => open().cache.fetch(() => page(''), null as never), /"options" must be an object/],
  ])('%s is refused when the app starts', (_, wire, message) => {
    expect(wire).toThrow(message)
  })
})

describe('work that goes on behind an answer, for a runtime that freezes (R77, I13)', () => {
  interface Runtime {
    waitUntil(work: Promise<unknown>): void
  }

  function frozen(handler: (request: Request) => Response | Promise<Response>, options?: RenderCacheOptions) {
    const shop = open(options)
    const handed: Promise<unknown>[] = []
    const runtime: Runtime = { waitUntil: (work) => void handed.push(work) }
    const fetch = shop.cache.fetch((request: Request, _env?: object, _runtime?: Runtime) => handler(request), {
      waitUntil: (work, _request, [, given]) => given?.waitUntil(work),
    })
    return { ...shop, handed, visit: (request = asked()) => fetch(request, {}, runtime) }
  }

  test('is handed over as it begins, once, and ends when the page is kept; a hit sets nothing going', async () => {
    const refreshed = Promise.withResolvers<Response>()
    let renders = 0
    const { clock, handed, visit } = frozen(() => (++renders === 1 ? page('old') : refreshed.promise))
    await visit()
    await Promise.all(handed.splice(0))
    await visit()
    expect(handed).toHaveLength(0)

    clock.advance(61_000)
    expect(await (await visit()).text()).toBe('old')
    expect(handed).toHaveLength(1)
    let isOver = false
    void handed[0]?.then(() => {
      isOver = true
    })
    await visit()
    expect([handed.length, isOver]).toEqual([1, false])
    refreshed.resolve(page('new'))
    await handed[0]
    expect(await (await visit()).text()).toBe('new')
  })

  test('is a render whose visitor was turned away, too', async () => {
    const late = Promise.withResolvers<Response>()
    const begun = Promise.withResolvers<void>()
    const { clock, handed, visit } = frozen(() => {
      begun.resolve()
      return late.promise
    })
    const answer = visit()
    await begun.promise
    await clock.advanceAsync(3_000)
    expect((await answer).status).toBe(503)
    late.resolve(page('late'))
    await Promise.all(handed)
    expect(await (await visit()).text()).toBe('late')
  })

  test('is what a render sets going, too: the refresh of a value in a page', async () => {
    const reloaded = Promise.withResolvers<string>()
    let loads = 0
    const { cache, clock, handed, visit } = frozen(async () => {
      const options = { maxAge: 1, staleWhileRevalidate: 600 }
      return page(await cache.value('menu', options, () => (++loads === 1 ? 'old' : reloaded.promise)))
    })
    await visit(asked('/a'))
    await Promise.all(handed.splice(0))
    clock.advance(2_000)
    expect(await (await visit(asked('/b'))).text()).toBe('old')
    expect([loads, handed.length]).toEqual([2, 2])
    reloaded.resolve('new')
    await Promise.all(handed)
  })

  test('never rejects, and a failure goes to the log', async () => {
    let isDown = false
    const { clock, handed, logged, visit } = frozen(() => {
      if (isDown) throw new Error('boom')
      return page('page')
    })
    await visit()
    isDown = true
    clock.advance(61_000)
    await visit()
    await Promise.all(handed)
    expect(logged).toMatchObject([{ message: 'a refresh failed; what is kept stays' }])
  })

  test('costs no visitor the answer where the runtime does not take it', async () => {
    const { cache, logged } = open()
    const fetch = cache.fetch(() => page('page'), {
      waitUntil() {
        throw new TypeError('Illegal invocation')
      },
    })
    expect(await (await fetch(asked())).text()).toBe('page')
    expect(logged).toMatchObject([{ error: { message: 'Illegal invocation' } }])
  })

  test('is nobody’s where none is wanted: nothing is handed over by another request', async () => {
    const { cache, clock } = open()
    const waitUntil = vi.fn()
    const handing = cache.fetch(() => page('page'), { waitUntil })
    const plain = cache.fetch(() => page('page'))
    await handing(asked('/a'))
    expect(waitUntil).toHaveBeenCalledOnce()
    await plain(asked('/b'))
    clock.advance(61_000)
    await plain(asked('/a'))
    expect(waitUntil).toHaveBeenCalledOnce()
  })
})
