import { describe, expect, it } from 'vitest'
import { csvRows } from '../corpora.ts'
import { sharedFile } from '../shared-data.ts'
import { canonicalUrl, withoutFragment } from './keyed-url.ts'

const CSV = 'url-corpora/normalization/crawler-commons'
const weird = sharedFile(`${CSV}-weirdToNormalizedUrls.csv`)
const invalid = sharedFile(`${CSV}-invalidUrls.csv`)
const resolved = sharedFile(`${CSV}-url-resolve.csv`)
const niksite = sharedFile('url-corpora/normalization/niksite-cases.json')
const urijs = sharedFile('url-corpora/normalization/urijs-cases.json')

/** A URL as it was sent, and what the authors of a table make of it. */
type Case = readonly [sent: string, expected: string]

/** Whether a choice of ours explains another answer than a table's. */
type Choice = (ours: string | undefined, theirs: string, sent: string) => boolean

/** We refuse what `sent` matches. */
function refuses(sent: RegExp): Choice {
  return (ours, _, url) => ours === undefined && sent.test(url)
}

/** What a table does besides, done to our answer, gives theirs. */
function also(done: (ours: string) => string): Choice {
  return (ours, theirs) => ours !== undefined && done(ours) === theirs
}

/** Where we give another answer on purpose; the first that explains a difference is its reason. */
const CHOICES: Readonly<Record<string, Choice>> = {
  // No page has another scheme than http and https, none, or one without its slashes (RFC 9110 4.2).
  scheme: refuses(/^(?!https?:\/\/|\/)/i),
  // No Host field holds a user or a password (RFC 9110 4.2.4).
  user: refuses(/^https?:\/\/[^/?#]*@/i),
  // Browsers alone take a backslash for the slash that ends the host.
  backslash: refuses(/^https?:\/\/[^/?#]*\\/i),
  noHost: refuses(/^https?:\/\/(?:\/|$)/i),
  // Clients send A-labels (RFC 5891), and nothing percent-encoded.
  foreignHost: refuses(/^https?:\/\/[^/?#]*[^!-~/?#]|^https?:\/\/[^/?#]*%/i),
  // Two spellings of a port would be two hosts.
  zerosInPort: refuses(/^https?:\/\/[^/?#]*:0/i),
  // No target holds a space or a control character (RFC 9112 3).
  control: refuses(/[^!-\uffff]/),
  // Servers read a percent sign that escapes nothing in different ways, where it stands in a path.
  strayPercent: refuses(/^[^?]*%(?![\da-f]{2})/i),
  // `/a//b` is not `/a/b` (K2).
  emptySegments: also((ours) => ours.replace(/(?<!:)\/+/g, '/')),
  // `x[y]` is not `x%5By%5D`: brackets are delimiters (RFC 3986 2.2), and some parsers read only them as such.
  brackets: also((ours) => ours.replaceAll('[', '%5B').replaceAll(']', '%5D')),
  // `b=` is not `b`: parsers that make null of one make '' of the other.
  emptyValue: also((ours) => ours.replace(/=(?=&|$)/g, '')),
  // A parameter without a name is one.
  noName: also((ours) => ours.replace(/(?<=\?)=[^&]*&/, '')),
  // Parameters stand in the order of their names (K1).
  sorted: also((ours) => ours.replace('?a&b', '?b&a')),
  // Bytes that are no UTF-8 are not U+FFFD (K6).
  notUtf8: also((ours) => ours.replace('%C7', '%EF%BF%BD')),
  // An app may tell forms of Unicode apart (K6).
  unicodeForm: also((ours) => ours.replace('C%CC%A7', '%C3%87')),
  // What begins with two slashes is a path where it is sent: `//` is kept (K2, RFC 9112 3.2.1).
  twoSlashes: (ours, _, sent) => sent.startsWith('//') && ours?.startsWith('//') === true,
  // A fragment never leaves the browser, not even as `_escaped_fragment_`.
  hashbang: (ours, theirs) => theirs.startsWith(`${ours}?_escaped_fragment_=`),
}

/** For tables of what is read from a URL, or of URLs joined: our answer to their result is the same. */
const NOT_NORMALIZED: Readonly<Record<string, Choice>> = {
  ...CHOICES,
  spelling: (ours, theirs) => ours !== undefined && ours === canonicalUrl(theirs),
}

/** How often each choice makes another answer than the table's; a difference that none explains fails. */
function differences(cases: readonly Case[], choices = CHOICES): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const [sent, expected] of cases) {
    const [ours, theirs] = [canonicalUrl(sent), withoutFragment(expected)]
    if (ours === theirs) continue
    const why = Object.keys(choices).find((name) => choices[name]?.(ours, theirs, sent))
    if (why === undefined) expect.fail(`${JSON.stringify(sent)} is ${ours}, and ${theirs} in the table`)
    counts[why] = (counts[why] ?? 0) + 1
  }
  return counts
}

/** The base's URL and a reference in one text, dot segments and all (RFC 3986 5.2.2 and 5.2.3). */
function joined(reference: string, base: string): string {
  const [site = '', scheme = ''] = /^(\w+:)\/\/[^/?#]*/.exec(base) ?? []
  if (/^\w+:\/\//.test(reference) || base === '') return reference
  if (reference.startsWith('//')) return scheme + reference
  if (reference.startsWith('/')) return site + reference
  const [place = ''] = /^[^?#]*/.exec(base) ?? []
  if (reference.startsWith('?')) return place + reference
  return reference.startsWith('#') ? base + reference : place.replace(/[^/]*$/, reference)
}

interface UrijsCase {
  readonly url: string
  /** What it is written back as, where that is not how it was read. */
  readonly _url?: string
}

type NiksiteTables = readonly [[unknown, string[]], [unknown, Case[]], [unknown, Case[]]]
const niksiteTables = (): NiksiteTables => (niksite.json() as { parametrize: NiksiteTables }).parametrize // as its note says

describe('tables that other normalizers are tested with say what ours says, but where we differ on purpose (K1, K2; RFC 3986 6.2.2)', () => {
  it.skipIf(weird.missing)('crawler-commons, normalized (needs the URL corpora)', () => {
    const cases = csvRows(weird.text()) as unknown as readonly Case[]
    expect(cases).toHaveLength(112)
    expect(differences(cases)).toEqual({
      scheme: 7,
      noHost: 2,
      foreignHost: 5,
      control: 6,
      strayPercent: 2,
      emptySegments: 6,
      brackets: 1,
      emptyValue: 2,
      noName: 2,
    })
  })

  it.skipIf(invalid.missing)('crawler-commons, invalid: refused (I11; needs the URL corpora)', () => {
    const urls = csvRows(invalid.text()).map(([url = '']) => url)
    expect(urls.map(canonicalUrl)).toEqual([undefined, undefined])
  })

  it.skipIf(resolved.missing)('crawler-commons, resolved (needs the URL corpora)', () => {
    const rows = csvRows(resolved.text()) as unknown as readonly (readonly [string, string, string])[]
    const cases = rows.map(([reference, base, expected]): Case => [joined(reference, base), expected])
    expect(cases).toHaveLength(22)
    expect(differences(cases, NOT_NORMALIZED)).toEqual({ scheme: 1, user: 1, spelling: 3 })
  })

  it.skipIf(niksite.missing)('url-normalize, unchanged (needs the URL corpora)', () => {
    const cases = niksiteTables()[0][1].map((url): Case => [url, url])
    expect(cases).toHaveLength(28)
    expect(differences(cases)).toEqual({ scheme: 10, user: 1 })
  })

  it.skipIf(niksite.missing)('url-normalize, normalized (needs the URL corpora)', () => {
    const cases = niksiteTables()[1][1]
    expect(cases).toHaveLength(46)
    expect(differences(cases)).toEqual({
      scheme: 5,
      user: 3,
      zerosInPort: 1,
      emptySegments: 2,
      sorted: 1,
      notUtf8: 1,
      unicodeForm: 1,
      twoSlashes: 1,
      hashbang: 1,
    })
  })

  it.skipIf(niksite.missing)('url-normalize, with a host put in front (needs the URL corpora)', () => {
    const cases = niksiteTables()[2][1].map(
      ([sent, expected]): Case => [joined(sent, 'https://example.com/'), expected],
    )
    expect(cases).toHaveLength(5)
    expect(differences(cases)).toEqual({})
  })

  it.skipIf(urijs.missing)('URI.js, read and written back (needs the URL corpora)', () => {
    const cases = (urijs.json() as readonly UrijsCase[]).map(({ url, _url = url }): Case => [url, _url])
    expect(cases).toHaveLength(59)
    expect(differences(cases, NOT_NORMALIZED)).toEqual({
      scheme: 27,
      user: 8,
      backslash: 1,
      noHost: 3,
      twoSlashes: 1,
      spelling: 5,
    })
  })
})
