import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { RecentTime } from '../../src/engine/recent-time.ts'
import { fakeClock } from '../../src/testing/index.ts'

describe('the time of a moment ago', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is what the clock says, for those who ask now and then', () => {
    const recent = new RecentTime(systemClock)
    for (let asked = 0; asked < 100; asked++) {
      vi.advanceTimersByTime(1)
      for (let again = 0; again < 10; again++) expect(recent.now()).toBe(Date.now())
    }
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is not read again and again within one millisecond, and is read again in the next', () => {
    const recent = new RecentTime(systemClock)
    const reads = vi.spyOn(systemClock, 'now')
    const start = Date.now()
    for (let asked = 0; asked < 500; asked++) expect(recent.now()).toBe(start)
    expect(reads.mock.calls.length).toBeLessThan(20)
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(1)
    expect(recent.now()).toBe(start + 1)
  })

  it('is read again after a thousand times, although the event loop never turns', () => {
    const recent = new RecentTime(systemClock)
    for (let asked = 0; asked < 100; asked++) recent.now()
    vi.setSystemTime(Date.now() + 5_000)
    for (let asked = 0; asked < 1_000; asked++) recent.now()
    expect(recent.now()).toBe(Date.now())
  })

  it('is always what a clock of the caller’s own says: that one may jump', () => {
    const clock = fakeClock()
    const recent = new RecentTime(clock)
    for (let asked = 0; asked < 100; asked++) recent.now()
    clock.jump(-60_000)
    expect(recent.now()).toBe(clock.now())
    expect(clock.pending).toBe(0)
  })
})
