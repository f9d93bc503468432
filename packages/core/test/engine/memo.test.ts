import { createRenderCache, type RenderCache, type VisitorRequest } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { FirstSights } from '../../src/engine/first-sights.ts'

const request: VisitorRequest = { method: 'GET', scheme: 'http', host: 'shop.example', target: '/a/b', headers: {} }

test('a malformed Host does not slide into the path of a URL that was seen before (P2, K4, I11)', () => {
  const cache = createRenderCache()
  expect(cache.plan(request).kind).toBe('shared')
  for (const [host, target] of [
    ['shop.example/a', '/b'],
    ['shop.example/a/b', ''],
    ['', 'shop.example/a/b'],
    ['shop.example ', '/a/b'],
  ] as const) {
    expect(cache.plan({ ...request, host, target })).toMatchObject({ kind: 'refused', answer: { status: 400 } })
  }
})

test('hosts and schemes that are asked for the same paths have pages of their own, whichever came first (K4, K6)', async () => {
  const cache = createRenderCache({ key: { headers: { 'x-a': true } } })
  const places = [
    { scheme: 'http', host: 'shop.example' },
    { scheme: 'https', host: 'shop.example' },
    { scheme: 'https', host: 'blog.example' },
  ] as const
  const headers = [{}, { 'x-a': '1' }]
  const answered = async () => {
    const texts: string[] = []
    for (const place of places)
      for (const sent of headers) texts.push(await textOf(cache, { ...request, ...place, headers: sent }))
    return texts
  }
  const rendered = await answered()
  expect(new Set(rendered).size).toBe(6)
  expect(await answered()).toEqual(rendered)
})

test('a flood of URLs that come once does not push out what is asked for again, and what comes a second time is remembered (B1, R40)', () => {
  const cache = createRenderCache()
  const ask = (target: string) => cache.plan({ ...request, target })
  for (let i = 0; i < 3; i++) ask('/hot')
  for (let i = 0; i < 40_000; i++) ask(`/flood/${i}`)
  expect(cache.hottest(1)).toEqual(['http://shop.example/hot'])
  const { urls } = cache.stats().memo
  expect(urls).toBeLessThan(20_000)
  ask('/new')
  expect(cache.stats().memo.urls).toBe(urls)
  ask('/new')
  expect(cache.stats().memo.urls).toBe(urls + 1)
  expect(cache.hottest(50_000)).toContain('http://shop.example/new')
})

describe('a link that was marked for one reader', () => {
  const marked = (reader: number, path = '/a'): string => `${path}?utm_source=letter&gclid=${reader}`

  test('shows the page that its own spelling shows, in each of its variants (K2, I4)', async () => {
    const cache = createRenderCache({ key: { headers: { 'x-a': true } } })
    const visitors = ['/a', '/b'].flatMap((path) => [{}, { 'x-a': '1' }].map((headers) => ({ path, headers })))
    const plainly: string[] = []
    for (const { path, headers } of visitors) plainly.push(await textOf(cache, { ...request, target: path, headers }))
    expect(new Set(plainly).size).toBe(4)
    // The first click of each reader, and the second.
    for (const reader of [1, 2, 1, 2]) {
      for (const [i, { path, headers }] of visitors.entries()) {
        expect(await textOf(cache, { ...request, target: marked(reader, path), headers })).toBe(plainly[i])
      }
    }
  })

  test('has a ready key that nothing can be written on (I10)', () => {
    const cache = createRenderCache()
    cache.plan({ ...request, target: '/a' })
    for (const _ of [1, 2]) {
      const key = cache.key({ url: `http://shop.example${marked(1)}` })
      expect(Object.isFrozen(key)).toBe(true)
    }
  })

  test('gives a redirect back what its own URL lost, whoever was redirected before', async () => {
    const cache = createRenderCache()
    const redirected = async (reader: number): Promise<unknown> => {
      const plan = cache.plan({ ...request, target: marked(reader, '/old') })
      if (plan.kind !== 'shared') throw new Error(plan.kind)
      const fields = [['location', '/new']] as const
      const answer = await plan.answer(() => ({ kind: 'response', status: 301, fields, body: new Uint8Array() }))
      return answer.kind === 'answer' && answer.fields.find(([name]) => name === 'location')?.[1]
    }
    await cache.plan({ ...request, target: '/old' })
    for (const reader of [1, 2, 1, 3]) expect(await redirected(reader)).toBe(`/new?gclid=${reader}&utm_source=letter`)
  })

  test('is remembered when it comes a second time, and counts as a visit of the page from the first (B5)', async () => {
    const cache = createRenderCache()
    cache.plan({ ...request, target: '/a' })
    for (let reader = 0; reader < 1_000; reader++) cache.plan({ ...request, target: marked(reader) })
    cache.plan({ ...request, target: '/b' })
    expect(cache.stats().memo.urls).toBe(2)
    expect(cache.hottest(2)).toEqual(['http://shop.example/a', 'http://shop.example/b'])
    for (let reader = 0; reader < 10; reader++) cache.plan({ ...request, target: marked(reader) })
    expect(cache.stats().memo.urls).toBe(12)
  })
})

test('the memo tells what comes a second time from what comes once, of some hundreds of thousands of characters (B1, B5, I7)', () => {
  const sights = new FirstSights()
  expect([sights.isFirst('a'), sights.isFirst('a'), sights.isFirst('b')]).toEqual([true, false, true])
  const generation = (text: string) => text.repeat(256 * 1024)
  sights.isFirst(generation('x'))
  // It is old by now, and still known.
  sights.isFirst('begins another generation')
  expect(sights.isFirst('a')).toBe(false)
  sights.isFirst(generation('y'))
  sights.isFirst('and one more')
  expect([sights.isFirst('a'), sights.isFirst('and one more')]).toEqual([true, false])
})

/** What a visitor is answered; a render says for whom it is, and which one it is. */
async function textOf(cache: RenderCache, visitor: VisitorRequest): Promise<string> {
  const plan = cache.plan(visitor)
  if (plan.kind !== 'shared') throw new Error(plan.kind)
  const answer = await plan.answer(({ request: { url, headers } }) => ({
    kind: 'response',
    status: 200,
    fields: [['content-type', 'text/html']],
    body: new TextEncoder().encode(`${url} ${headers['x-a']} ${Math.random()}`),
  }))
  if (answer.kind !== 'answer' || !(answer.body instanceof Uint8Array)) throw new Error(answer.kind)
  return new TextDecoder().decode(answer.body)
}
