import { describe, expect, test } from 'vitest'
import { type Express, VERSIONS } from '../versions.ts'
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

const [[, express4], [, express5]] = VERSIONS as readonly [readonly [string, Express], readonly [string, Express]] // both are there

/** Random scripts over one site: most of them in memory on Express 5, some on Express 4 and over TCP. */
export function suite<Data>(site: Site<Data>, title: string): void {
  describe(`${title}: with the cache, every answer is one that this visitor could have had without it, within the promised staleness`, () => {
    test(
      'whoever visits, edits, logs in, hangs up or deploys, in whatever order (I2–I5, R2, R4, R13, R20, R32, R41, R64–R69, R75; C1, C8, S2–S6, V1–V4, V6, V12, P1, P3, P12, P13, A9, A10)',
      async () => {
        const numRuns = scriptsFor(0.3)
        const tally = await prove({ site, express: express5, over: 'memory' }, numRuns)
        const missing = MET.filter((kind) => !tally.has(kind))
        if (numRuns >= ENOUGH) expect(missing).toEqual([])
      },
      LIMIT_MS,
    )

    test(
      'the same on Express 4',
      async () => {
        await prove({ site, express: express4, over: 'memory' }, scriptsFor(0.025))
      },
      LIMIT_MS,
    )

    test(
      'the same over real sockets',
      async () => {
        await prove({ site, express: express5, over: 'sockets' }, scriptsFor(0.01))
      },
      LIMIT_MS,
    )
  })
}
