import { expect, test } from 'vitest'
import { Waiters } from '../../src/store/waiters.ts'

test('all who wait for a key are woken, and nobody else', async () => {
  const waiters = new Waiters()
  const { signal } = new AbortController()
  const woken: string[] = []
  const note = (name: string) => (): void => void woken.push(name)
  const waits = [waiters.wait('a', signal).then(note('one')), waiters.wait('a', signal).then(note('two'))]
  void waiters.wait('b', signal).then(note('of b'))
  waiters.wake('a')
  await Promise.all(waits)
  expect(woken).toEqual(['one', 'two'])
  expect(waiters.size).toBe(1)
})

test('whoever gives up is let go, and leaves nothing behind (I7)', async () => {
  const waiters = new Waiters()
  const waits = new AbortController()
  const waited = waiters.wait('a', waits.signal)
  waits.abort()
  await waited
  await waiters.wait('a', waits.signal)
  expect(waiters.size).toBe(0)
})

test('a key that nobody waits for can be woken', () => {
  expect(() => new Waiters().wake('a')).not.toThrow()
})
