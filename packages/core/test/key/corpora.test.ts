import { describe, expect, it } from 'vitest'
import type { Refusal } from '../../src/key/index.ts'
import { createPathMapper } from '../../src/path/index.ts'
import { corporaMissing, distinctRealUrls, hostileLines, spellings, tabledTexts, urlsWith } from '../corpora.ts'
import { orRefused } from '../path/refusals.ts'
import { canonicalUrl, keyedUrl, withoutFragment } from './keyed-url.ts'
import { asUri, rfc3986 } from './rfc3986.ts'

/** Fails where two of `urls` have one key and are two by `referee`, or have two and are one. */
function expectApart(urls: Iterable<string>, referee: (url: string) => string): ReadonlySet<string> {
  const keys = new Map<string, string>()
  const classes = new Map<string, string>()
  for (const url of urls) {
    const key = canonicalUrl(url)
    if (key === undefined) continue
    const named = referee(url)
    if ((keys.get(key) ?? named) !== named) expect.fail(`${named} and ${keys.get(key)} share the key ${key}`)
    if ((classes.get(named) ?? key) !== key) expect.fail(`${named} has two keys: ${key} and ${classes.get(named)}`)
    keys.set(key, named)
    classes.set(named, key)
  }
  return new Set(keys.keys())
}

describe.skipIf(corporaMissing)('input that nobody here wrote (needs the corpora)', () => {
  it('47,853 real URLs have keys of their own, but where two are one by RFC 3986 alone (K1, K2, K3, R65)', () => {
    const urls = distinctRealUrls()
    expect(urls).toHaveLength(47_853)
    const refused = urls.map(keyedUrl).filter((keyed) => keyed?.kind === 'refused')
    expect(new Set(refused.map((keyed) => (keyed as Refusal).reason))).toEqual(new Set(['host']))
    expect(refused).toHaveLength(81)
    // 18 differ from another in their fragment alone. Campaign names are dropped as ever: no two URLs of the list differ in these alone.
    expect(expectApart(urls, rfc3986).size).toBe(47_853 - 81 - 18)
  })

  it('hostile paths and queries have keys of their own, but where two are one by RFC 3986 (K2, K4, K5, K6, P4)', () => {
    const targets = hostileLines()
      .flatMap(spellings)
      .filter((text) => !text.includes('&'))
      .flatMap((text) => [`/${text}`, `/a/${text}/b`, `/x?q=${text}`, `/x?${text}=1`])
    const urls = targets.map((target) => `https://shop.example${target}`).filter((url) => url.isWellFormed())
    expect(expectApart(urls, (url) => rfc3986(asUri(url)).replace(/\?$/, '')).size).toBeGreaterThan(20_000)
  })

  it('key and mapper spell every URL alike, or both refuse it (R55, I11)', () => {
    const mapper = createPathMapper({ hostFolders: true })
    const texts = [...hostileLines(), ...tabledTexts()].flatMap(urlsWith)
    for (const text of [...texts, ...distinctRealUrls()]) {
      const url = withoutFragment(text)
      const keyed = keyedUrl(url)
      const isComparable = keyed?.kind === 'refused' ? keyed.reason !== 'url-length' : keyed?.droppedQuery === ''
      if (!isComparable) continue // the key has limits and drops campaign names; a file has neither
      const spelled = orRefused(() => mapper.canonical(url))
      if (spelled !== canonicalUrl(url))
        expect.fail(`${url} is ${canonicalUrl(url)} in the key, and ${spelled} for a file`)
    }
  })
})
