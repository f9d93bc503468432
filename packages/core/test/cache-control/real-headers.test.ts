import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createCacheControl, isSsrCacheError, parseCacheControl } from '../../src/cache-control/index.ts'

const file = new URL('../../../../../shared/data/cache-headers/cache-headers.jsonl.gz', import.meta.url)
const missing = !existsSync(file)

interface Row {
  readonly 'cache-control'?: readonly string[]
}

/** Every distinct Cache-Control of the captures, as lines. */
function realFields(): readonly (readonly string[])[] {
  const rows = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
  const fields = rows.flatMap((row) => (JSON.parse(row) as Row)['cache-control'] ?? []) // as its note says
  return [...new Set(fields)].map((field) => field.split('\n'))
}

describe(`Cache-Control of real sites${missing ? ' (skipped: the captures are not on this machine)' : ''}`, () => {
  it.skipIf(missing)('is read, and written again so that it reads the same, or refused as a contradiction', () => {
    const contradictory: string[] = []
    for (const lines of realFields()) {
      const read = parseCacheControl(lines)
      try {
        expect(parseCacheControl(createCacheControl(read))).toEqual(read)
      } catch (error) {
        if (!isSsrCacheError(error)) throw error
        expect(error.code).toBe('ERR_SSR_CACHE_CACHE_CONTROL')
        contradictory.push(lines.join())
      }
    }
    expect(contradictory.length).toBeLessThan(60)
  })

  it.skipIf(missing)('says private and no-store wherever these words stand', () => {
    for (const lines of realFields()) {
      const read = parseCacheControl(lines)
      const text = lines.join().toLowerCase()
      expect([text, read.noStore === true]).toEqual([text, text.includes('no-store')])
      expect([text, read.private !== undefined]).toEqual([text, text.includes('private')])
    }
  })

  it.skipIf(missing)('gives no longer lifetime than its numbers', () => {
    for (const lines of realFields()) {
      const numbers = (lines.join().match(/\d+/g) ?? ['0']).map(Number)
      const { maxAge = 0, sMaxAge = 0 } = parseCacheControl(lines)
      expect(Math.max(maxAge, sMaxAge)).toBeLessThanOrEqual(Math.max(...numbers))
    }
  })
})
