import { describe, expect, it } from 'vitest'
import { localLease } from '../../src/store/local-lease.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { sampleKey } from '../../src/testing/sample-values.ts'

const key = sampleKey('/movies/42')
const generation = { epoch: 'e', position: 3 }
const SPANS = { leaseMs: 5_000, graceMs: 10_000 }

function setUp(maxRests = 10_000) {
  const clock = fakeClock()
  const lease = localLease({ clock, maxRests })
  const take = (o: { position?: number; evenIfResting?: boolean; of?: string } = {}) =>
    lease.take(o.of === undefined ? key : sampleKey(o.of), {
      generation: { epoch: 'e', position: o.position ?? 3 },
      ...SPANS,
      ...(o.evenIfResting && { evenIfResting: true }),
    })
  return { clock, lease, take }
}

// What every lease owes is in the store contract; here is what only this one promises.
describe('the lease of one process', () => {
  it('fixes the grace when it is taken, and again when it is renewed (S9, S10)', () => {
    const { clock, lease, take } = setUp()
    const start = clock.now()
    expect(take()).toEqual({ held: true, token: 1n, graceUntil: start + 10_000 })
    clock.advance(4_000)
    expect(take()).toEqual({ held: false, graceUntil: start + 10_000, restUntil: 0, endsAt: start + 5_000 })
    expect(lease.renew(key, 1n, SPANS)).toEqual({ graceUntil: start + 14_000 })
    expect(take()).toEqual({ held: false, graceUntil: start + 14_000, restUntil: 0, endsAt: start + 9_000 })
  })

  it('ends at its instant, not after it', () => {
    const { clock, take } = setUp()
    take()
    clock.advance(4_999)
    expect(take().held).toBe(false)
    clock.advance(1)
    expect(take().held).toBe(true)
  })

  it('tells a waiter of a rest beside the lease of whoever tries all the same', () => {
    const { clock, lease, take } = setUp()
    take()
    lease.release(key, 1n, { restMs: 3_000 })
    const restUntil = clock.now() + 3_000
    expect(take()).toEqual({ held: false, graceUntil: restUntil, restUntil, endsAt: 0 })
    expect(take({ evenIfResting: true })).toMatchObject({ held: true, token: 2n })
    expect(take({ evenIfResting: true })).toMatchObject({ held: false, restUntil, endsAt: clock.now() + 5_000 })
  })

  it('does not outlast a clock that was set back an hour, and a rest neither (S8)', () => {
    const { clock, lease, take } = setUp()
    take()
    clock.jump(-3_600_000)
    expect(take()).toMatchObject({ held: false, endsAt: clock.now() + 5_000 })
    clock.advance(5_000)
    const heir = take()
    expect(heir.held).toBe(true)
    if (heir.held) lease.release(key, heir.token, { restMs: 3_000 })
    clock.jump(-3_600_000)
    expect(take()).toMatchObject({ held: false, restUntil: clock.now() + 3_000 })
    clock.advance(3_000)
    expect(take().held).toBe(true)
  })

  it('counts a lease of another epoch as too old, unless nothing names the key', () => {
    const { lease, take } = setUp()
    take()
    const unnamed = { epoch: '', position: -1 }
    expect(lease.take(key, { generation: unnamed, ...SPANS }).held).toBe(false)
    expect(lease.take(key, { generation: { epoch: 'f', position: 0 }, ...SPANS }).held).toBe(true)
  })

  it('forgets abandoned leases by and by, and held ones never (B1, C7)', () => {
    const { clock, lease, take } = setUp()
    for (let i = 0; i < 3_000; i++) take({ of: `/abandoned/${i}` })
    clock.advance(5_000)
    for (let i = 0; i < 3_000; i++) take({ of: `/held/${i}` })
    for (let i = 0; i < 3_000; i++) expect(take({ of: `/held/${i}` }).held).toBe(false)
    expect(lease.size).toBeLessThan(5_000)
  })

  it('bounds the keys that rest (B1, I7)', () => {
    const { lease, take } = setUp(10)
    for (let i = 0; i < 20; i++) {
      const taken = take({ of: `/${i}` })
      if (taken.held) lease.release(sampleKey(`/${i}`), taken.token, { restMs: 30_000 })
    }
    expect(take({ of: '/0' }).held).toBe(true)
    expect(take({ of: '/19' }).held).toBe(false)
  })

  it('lets nobody renew or release what nobody holds', () => {
    const { lease, take } = setUp()
    expect(lease.renew(key, 1n, SPANS)).toBe(false)
    lease.release(key, 1n, { restMs: 30_000 })
    expect(take().held).toBe(true)
  })

  it('refuses options that are none', () => {
    expect(() => localLease({ maxRests: 0 })).toThrow(/"localLease.maxRests" must be/)
    expect(() => localLease({ rests: 1 } as never)).toThrow(
      /"localLease.rests" must be left out \(there is no such option\)/,
    )
  })
})

it('a lease that was taken over cannot let the key rest', () => {
  const { lease, take } = setUp()
  take()
  take({ position: 4 })
  lease.release(key, 1n, { restMs: 30_000 })
  expect(lease.renew(key, 1n, SPANS)).toBe(false)
  expect(lease.take(key, { generation, ...SPANS })).toMatchObject({ held: false, restUntil: 0 })
})

it('does not wake for a lease that is taken over from under its holder (X1)', async () => {
  const { lease, take } = setUp()
  take()
  let isWoken = false
  const woken = lease.released(key, { signal: new AbortController().signal }).then(() => {
    isWoken = true
  })
  take({ position: 4 })
  lease.release(key, 1n)
  await new Promise((resolve) => setImmediate(resolve))
  expect(isWoken).toBe(false)
  lease.release(key, 2n)
  await woken
})
