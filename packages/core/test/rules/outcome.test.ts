import { describe, expect, test } from 'vitest'
import type { KeptState } from '../../src/rules/decide.ts'
import { type Outcome, outcomeOf } from '../../src/rules/outcome.ts'
import type { UnshareableReason } from '../../src/rules/storable.ts'

type Refused = Parameters<typeof outcomeOf>[0]

const REST: Outcome = { kind: 'rest' }
const OWN: Outcome = { kind: 'own', mark: false }
const MARKED: Outcome = { kind: 'own', mark: true }

const failure: Refused = { kind: 'failure', reason: 'status-500' }
const empty: Refused = { kind: 'unshareable', reason: 'empty' }
const unshareable = (reason: UnshareableReason): Refused => ({ kind: 'unshareable', reason })

describe('what the end of a render does to its key (I4, I5, S2, S4, C8)', () => {
  test.each<[string, Refused, Readonly<Partial<Record<KeptState, Outcome>>>]>([
    ['a failure', failure, { fresh: REST, stale: REST, error: REST, expired: REST, none: REST, marked: REST }],
    ['an empty page', empty, { fresh: REST, stale: REST, error: REST, expired: MARKED, none: MARKED, marked: MARKED }],
    [
      "somebody's own",
      unshareable('set-cookie'),
      { fresh: OWN, stale: OWN, error: MARKED, expired: MARKED, none: MARKED, marked: MARKED },
    ],
    [
      'a page that says no-store',
      unshareable('no-store'),
      { fresh: OWN, stale: OWN, error: MARKED, expired: MARKED, none: MARKED, marked: MARKED },
    ],
  ])('%s', (_, verdict, expected) => {
    for (const [kept, outcome] of Object.entries(expected)) {
      expect(outcomeOf(verdict, kept as KeptState), kept).toEqual(outcome) // the table's own keys
    }
  })
})
