import { describe, expect, test } from 'vitest'
import type { Ask } from '../../src/engine/departure.ts'
import type { Kept } from '../../src/engine/kept.ts'
import { asksForEverybody, type OriginAsk, type Solo, soloAsk, soloOf } from '../../src/engine/origin-ask.ts'

const REASONS = ['authorization', 'conditional', 'range', 'head', 'no-store'] as const

const ask = (reason?: Solo['reason']): OriginAsk => {
  const solo = reason && { reason, request: { method: 'GET', headers: { 'x-own': '1' } }, render: () => 'own' }
  return { request: { method: 'GET', headers: {} }, solo } as unknown as OriginAsk // nothing else of it is read here
}

/** Nothing, a page, or one that has gone stale beyond all windows but may be asked about. */
const KEPT = {
  nothing: { view: undefined, past: undefined },
  page: { view: {}, past: undefined },
  past: { view: undefined, past: {} },
} as unknown as Readonly<Record<'nothing' | 'page' | 'past', Kept>> // nothing else of it is read here

describe('who goes to the app alone', () => {
  test.each(REASONS)('%s: where there is nothing to be validated', (reason) => {
    expect(soloOf(ask(reason), KEPT.nothing)?.reason).toBe(reason)
  })

  test.each(['page', 'past'] as const)(
    'conditions and ranges share what comes of validating a %s; others never',
    (kept) => {
      expect(REASONS.filter((reason) => soloOf(ask(reason), KEPT[kept]) === undefined)).toEqual([
        'conditional',
        'range',
      ])
    },
  )

  test('nobody else', () => {
    for (const kept of Object.values(KEPT)) {
      expect(soloOf(ask(), kept)).toBeUndefined()
      expect(soloOf(undefined, kept)).toBeUndefined()
    }
  })

  test('speaks for all, but with credentials (I4)', () => {
    expect([undefined, ...REASONS].map((reason) => asksForEverybody(ask(reason)))).toEqual([
      true,
      false,
      true,
      true,
      true,
      true,
    ])
    expect(asksForEverybody(undefined)).toBe(true)
  })

  test('asks with a request of their own: HEAD about nothing that is kept, and no-store for nobody’s cache', () => {
    for (const reason of REASONS) {
      const origin = ask(reason)
      const asked = soloAsk({ slot: {}, render: () => 'shared', origin } as unknown as Ask) // nothing else of it is read here
      expect(asked).toMatchObject({ isSolo: true, anew: reason === 'head', render: origin.solo?.render })
      expect(asked.origin).toEqual({ ...origin, request: origin.solo?.request, storesNothing: reason === 'no-store' })
    }
  })

  test('asks as all do where they have no way of their own', () => {
    for (const origin of [undefined, ask()]) {
      const shared = { slot: {}, render: () => 'shared', origin } as unknown as Ask // nothing else of it is read here
      expect(soloAsk(shared)).toEqual(shared)
    }
  })
})
