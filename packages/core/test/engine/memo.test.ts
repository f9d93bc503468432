import { createRenderCache, type VisitorRequest } from '@ssr-cache/core'
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
