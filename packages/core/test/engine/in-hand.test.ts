import { expect, test } from 'vitest'
import { isInHand, takeInHand } from '../../src/engine/in-hand.ts'

test('a request is in the hands of those caches that took it, however many do, and of nobody else', () => {
  const [one, other, third] = [{}, {}, {}]
  const request = {}
  expect(isInHand(request, one)).toBe(false)
  takeInHand(request, one)
  takeInHand(request, other)
  takeInHand(request, one)
  expect([one, other, third, undefined].map((cache) => isInHand(request, cache))).toEqual([true, true, false, false])
  expect(isInHand({}, one)).toBe(false)
})
