import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { Clearance } from '../../src/engine/clearance.ts'
import { Flight } from '../../src/engine/flight.ts'
import { GuardedLease } from '../../src/engine/guarded-lease.ts'
import type { Keyed } from '../../src/engine/keyed.ts'
import { News } from '../../src/engine/news.ts'
import { StoreHealth } from '../../src/engine/store-health.ts'
import { localLog } from '../../src/store/local-log.ts'
import type { Lease } from '../../src/store/store.ts'
import { settled } from './harness.ts'

const GRACE = 10_000
/** Less than visitors wait, and renewed so often that three renewals may be lost. */
const LEASE_MS = 2_000
const RENEW_MS = 500
const SLOT = { id: 'id', full: '', url: 'https://shop.example/a', variant: '' } as Keyed // all that leases look at
const LEASED = { kind: 'leased', token: 7n } as const

/** Clearance by a lease service that answers as the test says. */
function openClearance(answers: Partial<Lease> = {}) {
  const clock = fakeClock()
  const failed = vi.fn<(error: unknown) => void>()
  const health = new StoreHealth({ clock, timeoutMs: 50, failed: (_, error) => failed(error), changed: () => {} })
  const lease = {
    take: vi.fn<Lease['take']>(
      answers.take ?? (() => ({ held: true, token: 7n, graceUntil: clock.now() + 3_000, restUntil: 0 })),
    ),
    renew: vi.fn<Lease['renew']>(answers.renew ?? (() => ({ graceUntil: clock.now() + GRACE }))),
    release: vi.fn<Lease['release']>(answers.release ?? (() => {})),
  }
  const news = new News(localLog({ clock }), { clock, limit: health.limit, failed })
  const clearance = new Clearance({ lease: new GuardedLease(lease, health), news, clock, graceMs: GRACE })
  return { clock, lease, failed, clearance, flight: new Flight(SLOT, false), head: news.index.head }
}

describe('a lease that is granted when nobody waits for it any more (I1, F2)', () => {
  test.each([
    ['to a flight', 50, (o: ReturnType<typeof openClearance>) => o.clearance.claim(o.flight, [], true)],
    ['to end a rest', 1_000, (o: ReturnType<typeof openClearance>) => o.clearance.endRest(o.flight)],
  ])('%s is given back at once', async (_, ms, ask) => {
    const late = Promise.withResolvers<Awaited<ReturnType<Lease['take']>>>()
    const opened = openClearance({ take: () => late.promise })
    const asked = ask(opened)
    opened.clock.advance(ms)
    for (let turn = 0; turn < 3; turn++) opened.clock.advance(0)
    await settled()
    opened.clock.advance(0)
    await settled()
    expect(opened.lease.release).not.toHaveBeenCalled()
    late.resolve({ held: true, token: 7n, graceUntil: 0 })
    await settled()
    expect(await asked).toEqual(ms === 50 ? { kind: 'unleased' } : undefined)
    expect(opened.lease.release).toHaveBeenCalledExactlyOnceWith(SLOT, 7n, undefined)
  })

  test('and one that is refused late, or not answered at all, gives nothing back', async () => {
    for (const take of [
      async () => ({ held: false, graceUntil: 0, restUntil: 0, endsAt: 0 }) as const,
      () => Promise.reject(new Error('gone')),
    ]) {
      const { clearance, flight, lease } = openClearance({ take })
      await clearance.claim(flight, [], true)
      await settled()
      expect(lease.release).not.toHaveBeenCalled()
    }
  })
})

describe('a flight asks for the lease of its key (I1)', () => {
  test('and takes the grace that was fixed with it, for two seconds at most', () => {
    const { clearance, flight, lease, clock, head } = openClearance()
    expect(clearance.claim(flight, [], true)).toEqual(LEASED)
    expect(flight.graceUntil).toBe(clock.now() + 3_000)
    const o = { leaseMs: LEASE_MS, graceMs: GRACE, evenIfResting: true }
    expect(lease.take).toHaveBeenCalledExactlyOnceWith(SLOT, {
      generation: head,
      noOlderThan: { epoch: head.epoch, position: 0 },
      ...o,
    })
  })

  test('and is told until when the key rests, where another has it', () => {
    const { clearance, flight, head } = openClearance({
      take: () => ({ held: false, graceUntil: 5, endsAt: 9, restUntil: 4 }) as ReturnType<Lease['take']>,
    })
    expect(clearance.claim(flight, [], false)).toEqual({ kind: 'held', restUntil: 4, endsAt: 9, generation: head })
    expect(flight.graceUntil).toBe(5)
  })

  test.each<[string, Lease['take']]>([
    [
      'throws',
      () => {
        throw new Error('gone')
      },
    ],
    ['rejects', () => Promise.reject(new Error('gone'))],
    ['never answers', () => new Promise(() => {})],
  ])('and goes without, with a whole grace, where the service %s; that is told (I6)', async (_, take) => {
    const { clearance, flight, failed, clock } = openClearance({ take })
    const claim = clearance.claim(flight, [], true)
    await clock.advanceAsync(50)
    expect(await claim).toEqual({ kind: 'unleased' })
    expect(failed).toHaveBeenCalledOnce()
    expect(flight.graceUntil).toBe(clock.now() - 50 + GRACE)
  })
})

describe('until its page is written, lease and grace are renewed (I1, §5)', () => {
  /** A flight with the lease, and what was passed to each renewal. */
  function openKept(answers: Partial<Lease> = {}) {
    const opened = openClearance(answers)
    void opened.clearance.claim(opened.flight, [], true)
    opened.clearance.keep(opened.flight, LEASED)
    return { ...opened, graces: () => opened.lease.renew.mock.calls.map(([, , { graceMs }]) => graceMs) }
  }

  test('the lease four times in its time, with what is left of the grace, which begins anew when it is over (S10, X3)', async () => {
    const { clearance, flight, lease, clock, graces } = openKept()
    const graceUntil = clock.now() + 3_000
    await clock.advanceAsync(RENEW_MS - 1)
    expect(lease.renew).not.toHaveBeenCalled()
    await clock.advanceAsync(1)
    expect(lease.renew).toHaveBeenCalledExactlyOnceWith(SLOT, 7n, { leaseMs: LEASE_MS, graceMs: 2_500 })
    await clock.advanceAsync(2_000)
    expect([graces(), flight.graceUntil]).toEqual([[2_500, 2_000, 1_500, 1_000, 500], graceUntil])
    await clock.advanceAsync(500)
    expect([graces().at(-1), flight.graceUntil]).toEqual([GRACE, graceUntil + GRACE])
    await clock.advanceAsync(500)
    expect([graces().at(-1), flight.graceUntil]).toEqual([GRACE - 500, graceUntil + GRACE])
    clearance.release(flight, LEASED)
    expect(clock.pending).toBe(0)
  })

  test('the grace at its very end, wherever between two renewals that lies', async () => {
    const clock = fakeClock()
    const graceUntil = clock.now() + 700
    const { flight, ...opened } = openKept({ take: () => ({ held: true, token: 7n, graceUntil }) })
    await opened.clock.advanceAsync(700)
    expect([opened.graces(), flight.graceUntil]).toEqual([[200, GRACE], graceUntil + GRACE])
  })

  test.each([
    [3_600_000, 'forth'],
    [-3_600_000, 'back'],
  ])(
    'by spans, so that a clock which jumps %d ms (%s) makes the grace neither longer nor shorter (S8, S10)',
    async (ms) => {
      const { clock, flight, graces } = openKept()
      await clock.advanceAsync(1_000)
      clock.jump(ms)
      await clock.advanceAsync(RENEW_MS)
      expect([graces().at(-1), flight.graceUntil]).toEqual([1_500, clock.now() + 1_500])
      await clock.advanceAsync(1_500)
      expect([graces().at(-1), flight.graceUntil]).toEqual([GRACE, clock.now() + GRACE])
    },
  )

  test.each([
    ['lies far ahead, since the clock was set back', 90_000, GRACE - RENEW_MS],
    ['is over already', -5_000, GRACE],
  ])('and in time where the grace %s (S8)', async (_, ahead, graceMs) => {
    const clock = fakeClock()
    const graceUntil = clock.now() + ahead
    const opened = openKept({ take: () => ({ held: true, token: 7n, graceUntil }) })
    await opened.clock.advanceAsync(ahead > 0 ? RENEW_MS : 1)
    expect(opened.graces()).toEqual([graceMs])
  })

  test.each<[string, Lease['renew'], number]>([
    ['is lost', () => false, 0],
    ['cannot be renewed', () => Promise.reject(new Error('gone')), 4],
    [
      'cannot even be asked for',
      () => {
        throw new Error('gone')
      },
      4,
    ],
  ])(
    'and a lease that %s is asked for again within its time, and the grace goes on by itself (X3)',
    async (_, renew, failures) => {
      const { lease, flight, failed, clock } = openKept({ renew })
      const graceUntil = clock.now() + 3_000
      await clock.advanceAsync(LEASE_MS)
      expect(lease.renew).toHaveBeenCalledTimes(4)
      expect(failed).toHaveBeenCalledTimes(failures)
      expect(flight.graceUntil).toBe(graceUntil)
      await clock.advanceAsync(1_000)
      expect(flight.graceUntil).toBe(graceUntil + GRACE)
    },
  )

  test('but where it has none the grace alone, by this process’s own clock (S10)', async () => {
    const { clearance, flight, lease, clock } = openClearance({ take: () => Promise.reject(new Error('gone')) })
    await clearance.claim(flight, [], true)
    const claim = { kind: 'unleased' } as const
    clearance.keep(flight, claim)
    await clock.advanceAsync(GRACE)
    expect(flight.graceUntil).toBe(clock.now() + GRACE)
    clearance.release(flight, claim, 3_000)
    expect(clock.pending).toBe(0)
    expect([lease.renew.mock.calls, lease.release.mock.calls]).toEqual([[], []])
  })

  test('but nothing where it renders beside others', () => {
    const { clearance, flight, lease, clock } = openClearance()
    const claim = { kind: 'alone' } as const
    clearance.keep(flight, claim)
    expect(clock.pending).toBe(0)
    clearance.release(flight, claim, 3_000)
    expect(lease.release).not.toHaveBeenCalled()
  })
})

describe('after the write the lease goes back (§9)', () => {
  test('with the rest of a key that failed, and without one that did not', () => {
    const { clearance, flight, lease } = openClearance()
    clearance.release(flight, LEASED)
    clearance.release(flight, LEASED, 3_000)
    expect(lease.release.mock.calls).toEqual([
      [SLOT, 7n, undefined],
      [SLOT, 7n, { restMs: 3_000 }],
    ])
  })

  test('a render beside others takes it for a moment, to end a rest', async () => {
    const { clearance, flight, lease, head } = openClearance()
    clearance.endRest(flight)
    const o = { generation: head, leaseMs: LEASE_MS, graceMs: GRACE, evenIfResting: true }
    expect(lease.take).toHaveBeenCalledExactlyOnceWith(SLOT, o)
    expect(lease.release).toHaveBeenCalledExactlyOnceWith(SLOT, 7n, undefined)
  })

  test('and leaves it alone where another has it', () => {
    const { clearance, flight, lease } = openClearance({
      take: () => ({ held: false, graceUntil: 5, endsAt: 9, restUntil: 4 }) as ReturnType<Lease['take']>,
    })
    clearance.endRest(flight)
    expect(lease.release).not.toHaveBeenCalled()
  })
})
