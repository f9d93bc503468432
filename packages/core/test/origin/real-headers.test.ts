import { describe, expect, it } from 'vitest'
import { type Field, fieldLines, fieldValue } from '../../src/fields.ts'
import { initialAgeMs } from '../../src/origin/age.ts'
import type { OriginResponse } from '../../src/origin/exchange.ts'
import { reuse } from '../../src/origin/reuse.ts'
import { httpDate } from '../../src/rules/http-date.ts'
import { sharedFile } from '../shared-data.ts'
import { NOW, verdictOn } from './exchanges.ts'

const captures = sharedFile('cache-headers/cache-headers.jsonl.gz')
const { missing } = captures

const NAMES = ['cache-control', 'expires', 'date', 'age', 'last-modified', 'etag', 'vary', 'pragma', 'content-type']

/** A row of the captures: lists of lines by name, and how many Set-Cookie lines there were. */
type Row = Readonly<Record<string, readonly string[]>> & { readonly status: number; readonly 'set-cookie'?: number }

/** Another zone, doubled spaces, dashes, a day of one digit, slashes, a number. */
const NO_HTTP_DATE = /UTC$|-0700$|, {2}| \d\d-|, \d |\/|^-?\d$/

/** Every response of the captures, as it came when its Date says. */
function responses(): readonly OriginResponse[] {
  return captures.lines().map((line) => {
    const row = JSON.parse(line) as Row // as the note beside it says
    const fields = NAMES.flatMap((name) =>
      (row[name] ?? []).flatMap((value) => value.split('\n')).map((value): Field => [name, value]),
    )
    const cookies = Array.from({ length: row['set-cookie'] ?? 0 }, (_, i): Field => ['set-cookie', `c${i}=1`])
    const receivedAt = httpDate(row['date']?.[0] ?? '') ?? NOW
    return { status: row.status, fields: [...fields, ...cookies], requestedAt: receivedAt, receivedAt }
  })
}

describe(`responses of real sites${missing ? ' (skipped: the captures are not on this machine)' : ''}`, () => {
  it.skipIf(missing)('are all judged, and each that is stored is fresh, stale or validated at every instant', () => {
    const all = responses()
    expect(all).toHaveLength(2048)
    for (const answer of all) {
      const verdict = verdictOn(answer, { setCookie: 'strip' })
      if (verdict.kind === 'unstorable') continue
      const { life } = verdict
      expect(life.keptUntil).toBeGreaterThan(answer.receivedAt)
      expect(reuse(life, Math.max(life.freshUntil, life.staleUntil)).kind).toBe('validate')
    }
  })

  it.skipIf(missing)('are never stored where private or no-store stands, nor with their cookies', () => {
    for (const answer of responses()) {
      const words = fieldLines(answer.fields, 'cache-control').join().toLowerCase()
      const verdict = verdictOn(answer)
      if (/private|no-store/.test(words)) expect(verdict.kind).toBe('unstorable')
      if (fieldValue(answer.fields, 'set-cookie') !== undefined) expect(verdict.kind).toBe('unstorable')
    }
  })

  it.skipIf(missing)('have dates of which 41 are none, each for a reason that HTTP-CACHE names', () => {
    const texts = new Set(
      responses().flatMap(({ fields }) =>
        ['expires', 'date', 'last-modified'].flatMap((name) => fieldLines(fields, name)),
      ),
    )
    const others = [...texts].filter((text) => httpDate(text) === undefined)
    expect(others).toHaveLength(41)
    for (const text of others) expect(text).toMatch(NO_HTTP_DATE)
  })

  it.skipIf(missing)(
    'are fresh for no longer than their figures and their Expires say, and as old as their Age',
    () => {
      for (const answer of responses()) {
        const verdict = verdictOn(answer, { setCookie: 'strip' })
        if (verdict.kind === 'unstorable') continue
        const figures = fieldLines(answer.fields, 'cache-control').join().match(/\d+/g) ?? []
        const expiresAt = httpDate(fieldValue(answer.fields, 'expires') ?? '') ?? answer.receivedAt
        const most = Math.max(
          0,
          ...figures.map((digits) => Math.min(Number(digits), 2 ** 31) * 1000),
          expiresAt - answer.receivedAt,
        )
        expect(verdict.life.freshUntil).toBeLessThanOrEqual(answer.receivedAt + most)
        expect(initialAgeMs(answer)).toBe(Number(fieldValue(answer.fields, 'age') ?? 0) * 1000)
      }
    },
  )
})
