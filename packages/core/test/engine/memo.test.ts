import { createRenderCache, type RenderCache, type VisitorRequest } from '@ssr-cache/core'
import { expect, test } from 'vitest'

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
