import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { type Decision, decide, type KeptState } from '../../src/rules/decide.ts'

const KEPT: readonly KeptState[] = ['fresh', 'stale', 'error', 'expired', 'none', 'marked']

/** `kept`, somebody renders, resting: what is done. */
const TABLE: readonly [KeptState, boolean, boolean, Decision][] = [
  ['fresh', false, false, { kind: 'serve' }],
  ['fresh', true, false, { kind: 'serve' }],
  ['fresh', false, true, { kind: 'serve' }],
  ['fresh', true, true, { kind: 'serve' }],
  ['stale', false, false, { kind: 'refresh' }],
  ['stale', true, false, { kind: 'serve-stale' }],
  ['stale', false, true, { kind: 'serve-stale' }],
  ['stale', true, true, { kind: 'serve-stale' }],
  ['error', false, false, { kind: 'render', orStale: true }],
  ['error', true, false, { kind: 'follow', orStale: true }],
  ['error', false, true, { kind: 'serve-stale' }],
  ['error', true, true, { kind: 'follow', orStale: true }],
  ['expired', false, false, { kind: 'render', orStale: false }],
  ['expired', true, false, { kind: 'follow', orStale: false }],
  ['expired', false, true, { kind: 'render', orStale: false }],
  ['expired', true, true, { kind: 'follow', orStale: false }],
  ['none', false, false, { kind: 'render', orStale: false }],
  ['none', true, false, { kind: 'follow', orStale: false }],
  ['none', false, true, { kind: 'render', orStale: false }],
  ['none', true, true, { kind: 'follow', orStale: false }],
  ['marked', false, false, { kind: 'render-alone' }],
  ['marked', true, false, { kind: 'render-alone' }],
  ['marked', false, true, { kind: 'render-alone' }],
  ['marked', true, true, { kind: 'render-alone' }],
]

describe('what is done with a request, by what is kept and who renders (R4, R13, R16, I1, I4, I5)', () => {
  test.each(TABLE)('%s, rendering: %s, resting: %s', (kept, rendering, resting, decision) => {
    expect(decide({ kept, rendering, resting })).toEqual(decision)
  })

  test('the table holds every situation once', () => {
    expect(new Set(TABLE.map(([...row]) => row.slice(0, 3).join())).size).toBe(KEPT.length * 4)
  })

  property.prop([fc.constantFrom(...KEPT), fc.boolean(), fc.boolean()])(
    'nobody starts a second render beside one that may be joined (I1)',
    (kept, resting, orStale) => {
      const { kind } = decide({ kept, rendering: true, resting })
      expect(['render', 'refresh']).not.toContain(kind)
      expect(orStale).toBeTypeOf('boolean')
    },
  )

  property.prop([fc.constantFrom<KeptState>('expired', 'none', 'marked'), fc.boolean(), fc.boolean()])(
    'what is past every window is never served (R2)',
    (kept, rendering, resting) => {
      const decision = decide({ kept, rendering, resting })
      expect(['serve', 'serve-stale', 'refresh']).not.toContain(decision.kind)
      expect(decision).not.toHaveProperty('orStale', true)
    },
  )
})
