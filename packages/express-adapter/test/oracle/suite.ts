// Two copies of an app live through the same script at the same time, one of them behind a cache. Every answer of that one names the run of the app that it
// came from; the other copy is then asked the same by the same visitor, as of that moment, and must answer the same. Whether the answer may be as old as it
// is, be given to this visitor, and say of itself what it says, follows from the policy and from what the app told, worked out anew in `judge.ts`.

import { describe, expect, test } from 'vitest'
import { VERSIONS } from '../versions.ts'
import type { Stage } from './copies.ts'
import { LIMIT_MS, prove, scriptsFor } from './proof.ts'
import type { Site } from './site.ts'

/** What random scripts must have met, for a green run to say something. */
const MET: readonly string[] = [
  'hit',
  '304, hit',
  'stale, refreshing',
  'collapsed',
  'fwd=uri-miss',
  'fwd=stale',
  'fwd=bypass, cookie',
  'fwd=method, method',
  'fwd=miss, thrown',
  'invalidate',
  'purge',
]

/** Enough for everything in the list above. */
const ENOUGH = 500

/** One site's part of all scripts, by the way in; three sites make one of it. Express 5 is where the rules are tried, the others are tried for what they are. */
const SHARES: Readonly<Record<string, number>> = { 'Express 5': 0.3, 'Fastify 5': 0.05 }

const SHARE_OF_OTHERS = 0.025

const SHARE_OVER_SOCKETS = 0.005

/** A way in, by its name. */
export type Framework = readonly [name: string, Pick<Stage<never>, 'express' | 'front'>]

const EXPRESS: readonly Framework[] = VERSIONS.map(([name, express]) => [name, { express }])

/** Random scripts over one site. */
export function suite<Data>(site: Site<Data>, title: string, frameworks: readonly Framework[] = EXPRESS): void {
  describe(`${title}: every answer with the cache is one that its visitor could have had without it, within the promised staleness`, () => {
    test.each(frameworks)(
      '%s: whoever visits, edits, logs in, hangs up or deploys, in whatever order (I2, I3, I4, I5; R2, R4, R32, R41, R64, R65, R66, R69, R75; C8, S2, S3, S4, S6, V1, V2, V3, V4, V12, P3, P12, P13, A3, A10)',
      async (name, framework) => {
        const numRuns = scriptsFor(SHARES[name] ?? SHARE_OF_OTHERS)
        const tally = await prove({ site, ...framework, over: 'memory' }, numRuns)
        if (numRuns >= ENOUGH) expect(MET.filter((kind) => !tally.has(kind))).toEqual([])
      },
      LIMIT_MS,
    )

    test.each(frameworks)(
      '%s: the same over real sockets',
      async (_, framework) => {
        await prove({ site, ...framework, over: 'sockets' }, scriptsFor(SHARE_OVER_SOCKETS))
      },
      LIMIT_MS,
    )
  })
}
