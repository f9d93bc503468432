import { expect, it } from 'vitest'
import { TargetHistory } from '../../src/store/target-history.ts'

it('a target that is named again and again keeps eight instants, and the earlier of two where they are one (I7)', () => {
  const history = new TargetHistory()
  for (let position = 1; position <= 8; position++) {
    history.add({ position, hard: false, at: position * 1_000, settleMs: 0, targets: [] })
  }
  expect(history.staleSince(1)).toBe(2_000)
  history.add({ position: 9, hard: false, at: 9_000, settleMs: 0, targets: [] })
  expect([0, 1, 2, 8, 9].map((position) => history.staleSince(position))).toEqual([
    1_000,
    1_000,
    3_000,
    9_000,
    Number.POSITIVE_INFINITY,
  ])
})
