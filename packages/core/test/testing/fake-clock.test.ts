import { describe, expect, it } from 'vitest'
import { fakeClock } from '../../src/testing/fake-clock.ts'

describe('fakeClock', () => {
  it('stands still until it is advanced', () => {
    const clock = fakeClock(1_000)
    expect(clock.now()).toBe(1_000)
    clock.advance(250)
    expect(clock.now()).toBe(1_250)
  })

  it('runs what falls due in the order of time, then of scheduling, each at its own instant', () => {
    const clock = fakeClock(0)
    const ran: [string, number][] = []
    const note = (name: string) => () => ran.push([name, clock.now()])
    clock.schedule(20, note('late'))
    clock.schedule(10, note('first'))
    clock.schedule(10, note('second'))
    clock.schedule(31, note('not yet'))
    clock.advance(30)
    expect(ran).toEqual([
      ['first', 10],
      ['second', 10],
      ['late', 20],
    ])
    expect(clock.now()).toBe(30)
    expect(clock.pending).toBe(1)
  })

  it('runs calls that were scheduled by other calls on the way', () => {
    const clock = fakeClock(0)
    let ticks = 0
    const tick = () => {
      ticks++
      clock.schedule(10, tick)
    }
    clock.schedule(10, tick)
    clock.advance(100)
    expect(ticks).toBe(10)
  })

  it('forgets what was cancelled', () => {
    const clock = fakeClock()
    const timer = clock.schedule(10, () => expect.unreachable())
    clock.cancel(timer)
    expect(clock.pending).toBe(0)
    clock.advance(100)
  })

  it('jumps forth and back without touching the spans of scheduled calls (S8)', () => {
    const clock = fakeClock(0)
    let ran = 0
    clock.schedule(10, () => ran++)
    clock.jump(3_600_000)
    expect([clock.now(), ran]).toEqual([3_600_000, 0])
    clock.jump(-7_200_000)
    clock.advance(10)
    expect([clock.now(), ran]).toEqual([-3_599_990, 1])
  })

  it('lets promises settle between calls', async () => {
    const clock = fakeClock(0)
    const seen: number[] = []
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.schedule(ms, resolve))
    const chain = async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(10)
        seen.push(clock.now())
      }
    }
    const done = chain()
    await clock.advanceAsync(30)
    await done
    expect(seen).toEqual([10, 20, 30])
  })

  it('refuses to advance backwards', () => {
    expect(() => fakeClock().advance(-1)).toThrow(/use jump/)
  })
})
