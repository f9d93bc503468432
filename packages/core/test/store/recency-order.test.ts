import { expect, it } from 'vitest'
import { RecencyOrder } from '../../src/store/recency-order.ts'

it('takes the turns again that were let go, so that it grows no larger than what is kept at once (I7)', () => {
  const order = new RecencyOrder()
  const kept = [order.add(), order.add()]
  const others = Array.from({ length: 1_000 }, () => {
    const turn = order.add()
    order.remove(turn)
    return turn
  })
  expect(new Set(others).size).toBe(1)
  expect([order.oldest, order.after(order.oldest)]).toEqual(kept)
})
