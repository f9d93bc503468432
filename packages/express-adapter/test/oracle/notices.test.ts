import { describe, expect, test } from 'vitest'
import { VERSIONS } from '../versions.ts'
import { localized } from './localized.ts'
import { MISTAKES } from './mistakes.ts'
import { news } from './news.ts'
import { firstFault } from './proof.ts'
import { shop } from './shop.ts'
import type { Site } from './site.ts'

const sites: Readonly<Record<string, Site<unknown>>> = { shop, news, localized } as never // each script fits its own data

const [, [, express]] = VERSIONS as never as readonly [unknown, readonly [string, never]] // Express 5

/** More than enough: most mistakes show within a dozen scripts. */
const SCRIPTS = 400

describe('the oracle itself notices', () => {
  test.each(MISTAKES)(
    '$what',
    async ({ site, mistake, found }) => {
      const stage = { site: sites[site] as Site<unknown>, express, over: 'memory', mistake } as const
      expect(await firstFault(stage, SCRIPTS, found)).toMatch(found)
    },
    300_000,
  )
})
