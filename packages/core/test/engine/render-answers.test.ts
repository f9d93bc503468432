import { getEventListeners } from 'node:events'
import type { Plan, Rendered, VisitorRequest } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { type Collected, collect, discard } from '../../src/engine/collect.ts'
import type { BodyReader, RunningBody } from '../../src/engine/running-body.ts'
import { webResponse } from '../../src/engine/web-response.ts'
import { openShop, settled } from './harness.ts'

const VISITOR: VisitorRequest = { method: 'GET', scheme: 'https', host: 'shop.example', target: '/a', headers: {} }

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (body: unknown): string => new TextDecoder().decode(body as Uint8Array)

/** The answer to a render of an adapter's kind, which may give anything. */
function answered(rendered: unknown): ReturnType<Extract<Plan, { kind: 'shared' }>['answer']> {
  const plan = openShop().cache.plan(VISITOR)
  if (plan.kind !== 'shared') throw new Error(`expected a shared plan, got ${plan.kind}`)
  return plan.answer(() => rendered as Rendered)
}

describe('what an adapter’s render gives is looked at before it is used', () => {
  const response = { kind: 'response', status: 200, fields: [['content-type', 'text/html']], body: bytes('x') }

  test.each([200, 404, 599])('a status of %d is one', async (status) => {
    expect(await answered({ ...response, status })).toMatchObject({ kind: 'answer', status })
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no kind', { ...response, kind: undefined }],
    ['another kind', { ...response, kind: 'page' }],
    ['a status below 200', { ...response, status: 199 }],
    ['a status above 599', { ...response, status: 600 }],
    ['half a status', { ...response, status: 200.5 }],
    ['a status as text', { ...response, status: '200' }],
    ['fields that are no list', { ...response, fields: {} }],
    ['no body', { ...response, body: null }],
    ['a body as text', { ...response, body: 'x' }],
    ['a body that is no stream', { ...response, body: {} }],
  ])('%s is refused', async (_, rendered) => {
    const answer = answered(rendered)
    await expect(answer).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_RENDER' })
    await expect(answer).rejects.toThrow(
      'a render must give a response with a status from 200 to 599, fields and a body',
    )
  })

  test('one that does not end says so', async () => {
    const shop = openShop({ admission: { deadlineMs: 20_000, timeoutMs: 10_000 } })
    const failures: unknown[] = []
    shop.cache.events.on('failure', ({ error }) => failures.push(error))
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(20_000)
    expect((await visit).status).toBe(503)
    expect(String(failures[0])).toContain(
      'ERR_SSR_CACHE_DEADLINE: a render must end within admission.deadlineMs (20000 ms), and this one did not.',
    )
    await shop.renders.last.answers('<p>late')
    expect(shop.clock.pending).toBe(0)
  })
})

/** A body of chunks that tells when it was let go. */
function source(...chunks: readonly string[]) {
  const rest = chunks.values()
  const state = { isLetGo: 0, read: 0 }
  const body: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => body,
    async next() {
      const { done, value } = rest.next()
      if (done) return { done, value: undefined }
      state.read++
      return { done: false, value: bytes(value) }
    },
    async return() {
      state.isLetGo++
      return { done: true, value: undefined }
    },
  }
  return { body, state }
}

/** The reader of what is too large. */
function readerOf({ body }: Collected): BodyReader {
  return (body as RunningBody).reader()
}

function endOf({ body }: Collected): RunningBody['ended'] {
  return (body as RunningBody).ended
}

describe('a body is read to its end, or as far as it may be kept', () => {
  test.each([
    [[], ''],
    [['one'], 'one'],
    [['one', 'two', 'three'], 'onetwothree'],
  ])('%j is whole, and nobody is told to let go', async (chunks, text) => {
    const { body, state } = source(...chunks)
    const { signal } = new AbortController()
    const collected = await collect(body, { maxBytes: 100, signal })
    expect([collected.kind, textOf(collected.body as Uint8Array)]).toEqual(['whole', text])
    expect(state.isLetGo).toBe(0)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('bytes are whole, and text in their place is refused', async () => {
    expect(await collect(bytes('12345'), { maxBytes: 5 })).toEqual({ kind: 'whole', body: bytes('12345') })
    const { body } = source('x')
    body.next = () => Promise.resolve({ done: false, value: 'text' as unknown as Uint8Array })
    await expect(collect(body, { maxBytes: 5 })).rejects.toThrow(
      'a body must give its bytes as Uint8Array, got "text" (string). Encode text',
    )
  })

  test('what is one byte too large goes on as what was read and what is still to come', async () => {
    const { body, state } = source('12345', '6', '789')
    const collected = await collect(body, { maxBytes: 5 })
    expect([collected.kind, state.read]).toEqual(['passing', 2])
    const read: string[] = []
    for await (const chunk of readerOf(collected)) read.push(textOf(chunk))
    expect(read).toEqual(['12345', '6', '789'])
    await endOf(collected)
  })

  test('bytes that are too large go on as they are', async () => {
    const reader = readerOf(await collect(bytes('123456'), { maxBytes: 5 }))
    expect(textOf((await reader.next()).value)).toBe('123456')
    expect(await reader.next()).toEqual({ done: true, value: undefined })
    expect(await reader.return()).toEqual({ done: true, value: undefined })
  })

  test('one that breaks off is let go, and so is one whose render is aborted', async () => {
    const broken = source('one')
    broken.body.next = () => Promise.reject(new Error('gone'))
    await expect(collect(broken.body, { maxBytes: 100 })).rejects.toThrow('gone')
    expect(broken.state.isLetGo).toBe(1)

    const controller = new AbortController()
    const hanging = source()
    hanging.body.next = () => new Promise(() => {})
    collect(hanging.body, { maxBytes: 100, signal: controller.signal }).catch(() => {})
    controller.abort(new Error('too late'))
    await settled()
    expect(hanging.state.isLetGo).toBe(1)
  })

  test('one that ends after its render was aborted is cut off, and not whole', async () => {
    const controller = new AbortController()
    const { body } = source('one', 'two')
    const next = body.next.bind(body)
    body.next = () => {
      controller.abort(new Error('too late'))
      return next()
    }
    await expect(collect(body, { maxBytes: 100, signal: controller.signal })).rejects.toThrow('too late')
  })

  test('a source that cannot be let go is left', async () => {
    const next = () => Promise.resolve({ done: false as const, value: bytes('123456') })
    await readerOf(await collect({ [Symbol.asyncIterator]: () => ({ next }) }, { maxBytes: 5 })).return()
    await expect(
      collect({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('gone')) }) }, { maxBytes: 5 }),
    ).rejects.toThrow('gone')
  })

  test('what is still to come is cut off with its render', async () => {
    const controller = new AbortController()
    const { body } = source('123456', '7')
    const collected = await collect(body, { maxBytes: 5, signal: controller.signal })
    const reader = readerOf(collected)
    await reader.next()
    controller.abort(new Error('closed'))
    await expect(reader.next()).rejects.toThrow('closed')
    expect(await endOf(collected)).toEqual({ error: new Error('closed') })
  })

  test('what nobody reads is let go, before and after somebody has begun', async () => {
    const { body, state } = source('123456', '7')
    const collected = await collect(body, { maxBytes: 5 })
    const reader = readerOf(collected)
    await reader.return()
    expect(state.isLetGo).toBe(1)
    expect(await reader.next()).toEqual({ done: true, value: undefined })
    expect(await endOf(collected)).toBeUndefined()

    const other = source('1')
    discard(other.body)
    discard(bytes('no stream at all'))
    expect(other.state.isLetGo).toBe(1)
    discard({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) })
    discard({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: () => Promise.reject(new Error('of no interest')),
      }),
    })
    await settled()
  })
})

describe('a page as a Response', () => {
  const fields = [
    ['link', '</a.css>'],
    ['link', '</b.css>'],
  ] as const

  test.each([204, 205, 304])('has no body with %d', async (status) => {
    const response = webResponse({ status, fields, body: bytes('x') })
    expect([response.status, response.body]).toEqual([status, null])
    expect(response.headers.get('link')).toBe('</a.css>, </b.css>')
  })

  test('has a copy of its bytes', async () => {
    const body = bytes('page')
    const response = webResponse({ status: 404, fields, body })
    body.fill(0)
    expect([response.status, response.headers.get('link'), await response.text()]).toEqual([
      404,
      '</a.css>, </b.css>',
      'page',
    ])
  })

  test('streams what is a stream, and lets it go', async () => {
    const whole = source('one', 'two')
    expect(await webResponse({ status: 200, fields, body: whole.body }).text()).toBe('onetwo')
    const left = source('one', 'two')
    await webResponse({ status: 200, fields, body: left.body }).body?.cancel()
    expect(left.state.isLetGo).toBe(1)
    const bare = { [Symbol.asyncIterator]: () => ({ next: source('one').body.next }) }
    await webResponse({ status: 200, fields, body: bare }).body?.cancel()
  })
})
