import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { cookieNames, cookieValue, listedCookie } from '../../src/key/cookies.ts'
import { nameList } from '../../src/key/name-list.ts'
import { SESSION_COOKIES } from '../../src/key/session-cookies.ts'

/** The same question, asked of every cookie in turn: each cut out, trimmed and compared. */
function readOneByOne(header: string): readonly (readonly [name: string, value: string])[] {
  return header
    .split(';')
    .filter((part) => part.includes('='))
    .map((part) => [part.slice(0, part.indexOf('=')).trim(), part.slice(part.indexOf('=') + 1).trim()] as const)
    .filter(([name]) => name !== '')
}

function listedOneByOne(header: string, entries: readonly string[]): string | undefined {
  const isUnder = (name: string) => (entry: string) =>
    entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry
  for (const [name] of readOneByOne(header)) {
    const found = entries.find((entry) => entry === name) ?? entries.find(isUnder(name))
    if (found !== undefined) return found
  }
  return undefined
}

// Names on and beside the lists, and everything that could shift where one begins.
const name = fc.oneof(
  fc.constantFrom(
    'sid',
    'sidx',
    'xsid',
    '_ga',
    '__session_x',
    '__sessio',
    'a',
    'ab',
    'abc',
    'é',
    'éid',
    'SESS',
    'SESS1',
    'sb-',
    '',
  ),
  fc.string({ unit: fc.constantFrom('a', 'b', 'i', 's', '_', 'd', 'é'), maxLength: 5 }),
)
const space = fc.constantFrom('', '', ' ', '  ', '\t', '\u00a0', '\ufeff', '\r\n')
const value = fc.constantFrom('', '1', '=', 'sid=1', '"sid', ' x ', 'sid')
const cookie = fc.tuple(space, name, space, fc.constantFrom('=', '=', '=', ''), value).map((parts) => parts.join(''))
const header = fc
  .array(cookie, { maxLength: 6 })
  .chain((cookies) => fc.constantFrom(cookies.join(';'), cookies.join('; ')))
const entries = fc.uniqueArray(
  fc.constantFrom('sid', 'a', 'a*', 'ab', 'ab*', 'abc*', '__session*', 'SESS*', 'éid', 'é*', '*'),
  { maxLength: 4 },
)

describe('cookies are found where they stand, none passed over and none made up (R65)', () => {
  test.prop([header, entries])('on lists of any names', (sent, listed) => {
    expect(listedCookie(sent, nameList(listed))).toBe(listedOneByOne(sent, listed))
  })

  test.prop([header])('on the default list', (sent) => {
    expect(listedCookie(sent, nameList(SESSION_COOKIES))).toBe(listedOneByOne(sent, SESSION_COOKIES))
  })

  test.prop([header, name])('by name, the first of several', (sent, wanted) => {
    const first = readOneByOne(sent).find(([found]) => found === wanted)
    expect(cookieValue(sent, wanted)).toBe(first?.[1])
    expect(cookieNames(sent)).toEqual(readOneByOne(sent).map(([found]) => found))
  })

  it.each([';sid=1', ';;sid=1', 'sid;sid=1', '=;sid=1', '; ;  sid=1;'])('behind what is no cookie: %j', (sent) => {
    expect(cookieValue(sent, 'sid')).toBe('1')
    expect(listedCookie(sent, nameList(['sid']))).toBe('sid')
  })

  it.each(SESSION_COOKIES)('%s, behind fifty others', (entry) => {
    const others = Array.from({ length: 50 }, (_, at) => `_ga_${at}=GS1.1.${at}`).join('; ')
    expect(listedCookie(`${others}; ${entry.replace('*', 'x')}=1`, nameList(SESSION_COOKIES))).toBe(entry)
  })
})
