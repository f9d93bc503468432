import { expect, test } from 'vitest'
import { startSample } from './sample-process.ts'

test('the recipe for threads renders a film from a cached value, ends its page with the film, and ends by itself when it is told to (I13)', async () => {
  const sample = await startSample('threads.ts')
  const ask = () => fetch(`http://127.0.0.1:${sample.port}/films/42`)
  const first = await ask()
  const second = await ask()

  expect(await first.text()).toBe('<!doctype html><h1>Film 42</h1>')
  expect(first.headers.get('cache-status')).toMatch(/stored; ttl=(29|30)$/)
  expect(second.headers.get('cache-status')).toContain('; hit; ')
  sample.child.kill('SIGTERM')
  expect(await sample.ended).toBe(0)
})
