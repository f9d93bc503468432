import fc from 'fast-check'
import type { Health } from './timeline.ts'
import { SPELLINGS } from './visitor.ts'

/** Something that happens. Numbers choose among what a site has, modulo how many that is. */
export type Act =
  | {
      readonly do: 'visit'
      readonly who: number
      /** 0 is the script's favourite. */
      readonly page: number
      readonly spelling: number
      readonly likes: number
      readonly method: 'GET' | 'HEAD'
      readonly conditional: boolean
      readonly authorized: boolean
    }
  | { readonly do: 'deed'; readonly who: number; readonly deed: number }
  | { readonly do: 'choose'; readonly who: number; readonly value: number }
  | { readonly do: 'leave'; readonly who: number }
  | { readonly do: 'edit'; readonly edit: number; readonly told: number; readonly how: How; readonly settleMs: number }
  | { readonly do: 'remove'; readonly edit: number; readonly told: number; readonly how: Exclude<How, 'silently'> }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'health'; readonly health: Health }
  | { readonly do: 'pace'; readonly ms: number }
  | { readonly do: 'deploy' }

/** What an app says to its cache of an edit. */
export type How = 'silently' | 'invalidate' | 'purge'

/** An act, and whether all its consequences come before the next one. */
export type Step = Act & { readonly pause: boolean }

/** What happens to both copies of an app. */
export interface Script {
  readonly favourite: number
  readonly cdn: boolean
  readonly steps: readonly Step[]
}

/** People in a script. */
export const VISITORS: readonly string[] = ['ada', 'ben', 'cleo', 'dan']

const who = fc.nat(VISITORS.length - 1)
const any = fc.nat(99)

// Most visits are to one page and much alike, so that its states follow on each other.
const page = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, any)
const likes = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, any)

const visit: fc.Arbitrary<Act> = fc.record({
  do: fc.constant('visit'),
  who,
  page,
  spelling: fc.oneof(fc.constant(0), fc.nat(SPELLINGS - 1)),
  likes,
  method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD'),
  conditional: fc.constantFrom(false, false, true),
  authorized: fc.constantFrom(...Array<boolean>(30).fill(false), true),
})

const how = fc.constantFrom<How>('silently', 'silently', 'invalidate', 'invalidate', 'invalidate', 'purge')

const edit: fc.Arbitrary<Act> = fc.record({
  do: fc.constant('edit'),
  edit: any,
  told: any,
  how,
  settleMs: fc.constantFrom(0, 0, 0, 5_000),
})

const remove: fc.Arbitrary<Act> = fc.record({
  do: fc.constant('remove'),
  edit: any,
  told: any,
  how: fc.constantFrom('invalidate', 'purge'),
})

// Round figures meet the ends of lifetimes, rests and graces; odd ones fall between.
const ms = fc.oneof(
  fc.constantFrom(1, 999, 1_000, 3_000, 10_000, 15_000, 20_000, 25_000, 29_999, 30_000, 60_000, 90_000, 86_400_000),
  fc.nat(4_000),
  fc.nat(40_000),
)

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 30, arbitrary: visit },
  { weight: 6, arbitrary: ms.map((span): Act => ({ do: 'wait', ms: span })) },
  { weight: 5, arbitrary: edit },
  { weight: 1, arbitrary: remove },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deed' as const), who, deed: any }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('choose' as const), who, value: any }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<Health>('well', 'well', 'well', 'well', 'well', 'throws', 'empty', 500, 503, 429)
      .map((health): Act => ({ do: 'health', health })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(0, 0, 0, 0, 40, 1_500, 1_500, 3_500, 61_000)
      .map((span): Act => ({ do: 'pace', ms: span })),
  },
  { weight: 1, arbitrary: fc.constant<Act>({ do: 'deploy' }) },
)

const step: fc.Arbitrary<Step> = fc
  .tuple(act, fc.constantFrom(true, true, false))
  .map(([each, pause]) => ({ ...each, pause }))

/** Scripts of up to `maxSteps` steps. */
export function scripts(maxSteps: number): fc.Arbitrary<Script> {
  return fc.record({
    // Sites name the pages that most edits are about early.
    favourite: fc.oneof(any, fc.nat(4)),
    cdn: fc.boolean(),
    steps: fc.array(step, { minLength: 3, maxLength: maxSteps, size: 'max' }),
  })
}
