import { createRenderCache } from '@ssr-cache/core'
import { answerBy, fetchFrom, RenderPair } from '@ssr-cache/core/node'
import { expect, test } from 'vitest'

test('whoever reads a hit through fetchFrom holds a copy: writing to it changes nothing that is kept (I10)', async () => {
  const cache = createRenderCache()
  const app = fetchFrom((request, response) => {
    answerBy(
      () =>
        cache.plan({
          method: 'GET',
          scheme: 'https',
          host: 'shop.example',
          target: request.url ?? '',
          headers: request.headers,
        }),
      {
        request,
        response,
        render: ({ request: narrowed, signal }) => {
          const pair = new RenderPair(narrowed, signal)
          pair.response.setHeader('content-type', 'text/html')
          pair.response.end('<p>the page of all</p>')
          return pair.rendered
        },
        handle: () => {},
        next: () => {},
      },
    )
  })
  const ask = () => app(new Request('https://shop.example/a', { headers: { accept: 'text/html' } }))
  await (await ask()).text()
  const reader = (await ask()).body?.getReader()
  const chunk = await reader?.read()
  chunk?.value?.fill(88)
  expect(await (await ask()).text()).toBe('<p>the page of all</p>')
})

test('an answer that all hits of a second share, and a key, cannot be changed by whoever is given them (I10)', async () => {
  const cache = createRenderCache()
  const asked = {
    method: 'GET',
    scheme: 'https',
    host: 'shop.example',
    target: '/a',
    headers: { accept: 'text/html' },
  } as const
  const fields = [['content-type', 'text/html']] as const
  const ask = async () => {
    const plan = cache.plan(asked)
    return (
      plan.kind === 'shared' &&
      plan.answer(() => ({ kind: 'response', status: 200, fields, body: new Uint8Array([1]) }))
    )
  }
  await ask()
  const hit = await ask()
  expect(hit).toMatchObject({ kind: 'answer', status: 200 })
  expect(Object.isFrozen(hit) && hit !== false && hit.kind === 'answer' && Object.isFrozen(hit.fields)).toBe(true)
  expect(Object.isFrozen(cache.key({ url: 'https://shop.example/a' }))).toBe(true)
})
