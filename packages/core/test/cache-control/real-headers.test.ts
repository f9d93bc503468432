import { describe, expect, it } from 'vitest'
import {
  createCacheControl,
  createTargetedField,
  parseCacheControl,
  parseTargetedField,
} from '../../src/cache-control/index.ts'
import { sharedFile } from '../shared-data.ts'

const captures = sharedFile('cache-headers/cache-headers.jsonl.gz')
const { missing } = captures

interface Row {
  readonly 'cache-control'?: readonly string[]
}

/** Every distinct Cache-Control of the captures, as lines. */
function realFields(): readonly (readonly string[])[] {
  const fields = captures.lines().flatMap((row) => (JSON.parse(row) as Row)['cache-control'] ?? []) // as its note says
  return [...new Set(fields)].map((field) => field.split('\n'))
}

describe(`Cache-Control of real sites${missing ? ' (skipped: the captures are not on this machine)' : ''}`, () => {
  it.skipIf(missing)('is read, and written again so that it reads the same: all 425 of them', () => {
    const fields = realFields()
    expect(fields).toHaveLength(425)
    for (const lines of fields) {
      const read = parseCacheControl(lines)
      const written = createCacheControl(read)
      expect(parseCacheControl(written), lines.join()).toEqual(read)
      expect(createCacheControl(parseCacheControl(written))).toBe(written)
    }
  })

  it.skipIf(missing)('is written for a CDN alone, and reads the same there', () => {
    for (const lines of realFields()) {
      const read = parseCacheControl(lines)
      expect(parseTargetedField(createTargetedField(read)), lines.join()).toEqual(read)
    }
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
