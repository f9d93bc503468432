import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { Budget, TimeLimit } from '../../src/engine/time-limit.ts'
import { LATER, openNode } from './fleet.ts'
import { settled, times } from './harness.ts'

const never = (): Promise<never> => new Promise(() => {})

describe('one request has one budget for all of its calls to the store (I6)', () => {
  test('a read and a lease that each take nearly all of it: the render begins when it is over', async () => {
    const { clock, store, renders, get } = openNode()
    Object.assign(store.faults, { get: { kind: 'late', ms: 40 }, take: { kind: 'late', ms: 40 } })
    void get('/a')
    await clock.advanceAsync(49)
    expect(renders.count).toBe(0)
    await clock.advanceAsync(1)
    expect(renders.count).toBe(1)
  })

  test('a read that is not answered leaves nothing for the lease: nobody asks for it', async () => {
    const { clock, store, renders, get } = openNode()
    Object.assign(store.faults, { get: { kind: 'hang' }, take: { kind: 'hang' } })
    void get('/a')
    await clock.advanceAsync(50)
    expect([renders.count, store.calls.take]).toEqual([1, 0])
  })

  test('a stale page that was found is served when it is over, whatever the lease service says', async () => {
    const { clock, store, render, get } = openNode()
    await render('/a', '<p>old')
    await clock.advanceAsync(60_000)
    Object.assign(store.faults, { get: { kind: 'late', ms: 30 }, take: { kind: 'hang' } })
    const page = get('/a')
    await clock.advanceAsync(50)
    expect(await (await page).text()).toBe('<p>old')
  })

  test('names and the page that they lead to share it (RFC 9111 4.1)', async () => {
    const { clock, store, render, renders, get } = openNode({ freshness: 'origin' })
    const answer = {
      status: 200,
      headers: { 'content-type': 'text/html', vary: 'accept-language', 'cache-control': 'max-age=60' },
      body: '<p>',
    }
    await render('/a', answer)
    store.faults.get = { kind: 'late', ms: 30 }
    const page = get('/a')
    await clock.advanceAsync(50)
    await settled()
    expect(renders.count).toBe(1)
    await renders.last.answers(answer)
    await clock.advanceAsync(50)
    expect((await page).status).toBe(200)
  })

  test('what was noticed late, since the process was busy, leaves a fifth; what was late leaves nothing', () => {
    const budget = new Budget()
    budget.spend(20)
    expect(budget.leftOf(50)).toBe(30)
    budget.spend(70)
    expect([budget.leftOf(50), budget.isOver]).toEqual([10, false])
    budget.exhaust()
    expect(budget.isOver).toBe(true)
  })

  test('calls that begin at the same instant have one timer, and give it back (I13)', async () => {
    const clock = fakeClock()
    const limit = new TimeLimit(clock, 50)
    const answer = Promise.withResolvers<number>()
    const answers = times(64, () => limit.of(answer.promise))
    expect(clock.pending).toBe(1)
    clock.advance(1)
    const late = limit.of(never())
    late.catch(() => {})
    expect(clock.pending).toBe(2)
    answer.resolve(1)
    await Promise.all(answers)
    expect(clock.pending).toBe(1)
    await clock.advanceAsync(50)
    await expect(late).rejects.toThrow('no answer within 50 ms')
    expect(clock.pending).toBe(0)
  })

  test('one that fails is told as it is, and the others go on', async () => {
    const clock = fakeClock()
    const limit = new TimeLimit(clock, 50)
    const good = Promise.withResolvers<number>()
    const [bad, other] = [limit.of(Promise.reject(new Error('down'))), limit.of(good.promise)]
    await expect(bad).rejects.toThrow('down')
    good.resolve(2)
    expect(await other).toBe(2)
    expect(clock.pending).toBe(0)
  })
})

test('a busy process is no slow store: while it renders for 70 ms, 40 of 40 answers that have come are taken (I6)', async () => {
  const limit = new TimeLimit(systemClock, 50)
  const answers = times(40, () => limit.of(promisify(randomBytes)(16)))
  const end = performance.now() + 70
  while (performance.now() < end);
  expect(await Promise.all(answers)).toHaveLength(40)
})

test('every method of a store that answers later can be told to (no stand-in is forgotten)', () => {
  const { store } = openNode()
  expect(Object.keys(LATER).every((method) => method in store.calls)).toBe(true)
})
