import { expect, test } from 'vitest'
import { answer } from '../src/without-a-framework.ts'

test('without a framework, a request is answered from what is kept (R16)', async () => {
  const visit = () => answer(new Request('https://shop.example/movies/42?utm_source=mail'))
  const first = await visit()
  const second = await visit()

  expect(first.headers.get('cache-status')).toContain('stored')
  expect(second.headers.get('cache-status')).toContain('hit')
  expect(await second.text()).toBe('<h1>The page of /movies/42</h1>')
  expect((await answer(new Request('https://evil.example/'))).status).toBe(421)
})
