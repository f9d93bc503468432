import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { type Decision, decide, type Situation } from '../../src/rules/decide.ts'

type Kept = Situation['kept']

const KEPT: readonly Kept[] = ['fresh', 'ending', 'stale', 'error', 'expired', 'none', 'marked']

/** `kept`, somebody renders, resting: what is done. */
const TABLE: readonly [Kept, boolean, boolean, Decision['kind']][] = [
  ['fresh', false, false, 'serve'],
  ['fresh', true, false, 'serve'],
  ['fresh', false, true, 'serve'],
  ['fresh', true, true, 'serve'],
  ['ending', false, false, 'refresh-ahead'],
  ['ending', true, false, 'serve'],
  ['ending', false, true, 'serve'],
  ['ending', true, true, 'serve'],
  ['stale', false, false, 'refresh'],
  ['stale', true, false, 'serve-stale'],
  ['stale', false, true, 'serve-stale'],
  ['stale', true, true, 'serve-stale'],
  ['error', false, false, 'render'],
  ['error', true, false, 'follow'],
  ['error', false, true, 'serve-stale'],
  ['error', true, true, 'follow'],
  ['expired', false, false, 'render'],
  ['expired', true, false, 'follow'],
  ['expired', false, true, 'render'],
  ['expired', true, true, 'follow'],
  ['none', false, false, 'render'],
  ['none', true, false, 'follow'],
  ['none', false, true, 'render'],
  ['none', true, true, 'follow'],
  ['marked', false, false, 'render-alone'],
  ['marked', true, false, 'render-alone'],
  ['marked', false, true, 'render-alone'],
  ['marked', true, true, 'render-alone'],
]

describe('what is done with a request, by what is kept and who renders (R4, R13, R16, I1, I4, I5)', () => {
  test.each(TABLE)('%s, rendering: %s, resting: %s', (kept, rendering, resting, decision) => {
    expect(decide({ kept, rendering, resting }).kind).toBe(decision)
  })

  test('the table holds every situation once', () => {
    expect(new Set(TABLE.map(([...row]) => row.slice(0, 3).join())).size).toBe(KEPT.length * 4)
  })

  property.prop([fc.constantFrom(...KEPT), fc.boolean()])(
    'nobody starts a second render beside one that may be joined (I1)',
    (kept, resting) => {
      expect(['render', 'refresh', 'refresh-ahead']).not.toContain(decide({ kept, rendering: true, resting }).kind)
    },
  )

  property.prop([fc.constantFrom<Kept>('expired', 'none', 'marked'), fc.boolean(), fc.boolean()])(
    'what is past every window is never served (R2)',
    (kept, rendering, resting) => {
      expect(['serve', 'refresh-ahead', 'serve-stale', 'refresh']).not.toContain(
        decide({ kept, rendering, resting }).kind,
      )
    },
  )
})
