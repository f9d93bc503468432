import { describe, expect, test } from 'vitest'
import { HUNTS } from './hunts.ts'

/** More than enough: most mistakes show within a dozen scripts. */
const SCRIPTS = 400

describe('the oracle itself notices', () => {
  test.each(HUNTS)(
    '$what',
    async ({ fault, found }) => {
      expect(await fault(SCRIPTS)).toMatch(found)
    },
    300_000,
  )
})
