import { fc, test } from '@fast-check/vitest'
import Negotiator from 'negotiator'
import { describe, expect, it } from 'vitest'
import { createKeyNormalizer, deviceClass, pickLocale } from '../../src/key/index.ts'
import { keyed, narrowed, visitor } from './visitor.ts'

describe('pickLocale buckets Accept-Language by RFC 9110 12.5.4', () => {
  const pick = pickLocale(['en', 'de', 'fr-CA', 'pt-BR'])

  it.each<readonly [string | undefined, string, string]>([
    [undefined, 'en', 'no field: the first'],
    ['', 'en', 'an empty field'],
    ['de', 'de', 'one that is there'],
    ['DE', 'de', 'letter case does not count'],
    ['de-AT', 'de', 'a region finds its language'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de', 'what a browser in Vienna sends'],
    ['fr', 'fr-CA', 'a language finds its only region'],
    ['fr-FR', 'en', 'a region is no other region'],
    ['pt-BR,pt;q=0.9', 'pt-BR', 'the exact one'],
    ['en;q=0.2,de;q=0.8', 'de', 'the better quality, not the earlier'],
    ['de,en', 'de', 'the earlier of equals'],
    ['nl,de;q=0.1', 'de', 'the worst is better than none of the wanted'],
    ['*', 'en', 'anything: the first'],
    ['en;q=0,*', 'de', 'anything but'],
    ['de;q=0', 'en', 'refused: the first'],
    ['*;q=0', 'en', 'nothing at all: the first'],
    ['nl', 'en', 'unknown: the first'],
    ['de;q=1.000 , en;q=0.999', 'de', 'three digits and spaces'],
    ['de;q=abc', 'en', 'a quality that is none'],
    ['de;q=', 'en', 'an empty quality'],
    ['zh-Hant-TW', 'en', 'three subtags, none there'],
    [';;;,,,=q', 'en', 'rubbish'],
    ['de;q="0.5', 'en', 'an open quote'],
    ['__proto__,constructor', 'en', 'names that objects inherit'],
    [',,,de', 'de', 'empty members'],
    ['de_AT', 'en', 'an underscore is no hyphen'],
  ])('%j is %s: %s', (sent, locale) => {
    expect(pick(sent)).toBe(locale)
  })

  test.prop([
    fc.string({
      unit: fc.oneof(fc.constantFrom(...'endrfptBRCA-;q=0.19,*" '), fc.string({ minLength: 1, maxLength: 1 })),
    }),
  ])('gives one of the supported for anything, and keeps what it gave', (sent) => {
    const locale = pick(sent)
    expect(['en', 'de', 'fr-CA', 'pt-BR']).toContain(locale)
    expect(pick(locale)).toBe(locale)
  })

  it.each([[['de', 'de-AT']], [['de-AT', 'de']]])('of %j gives the longest that a longer range names', (supported) => {
    expect(pickLocale(['en', ...supported])('de-AT-1996')).toBe('de-AT')
    expect(pickLocale(['en', ...supported])('de-DE')).toBe('de')
  })

  it('prefers the better quality to the longer name', () => {
    expect(pickLocale(['de', 'en-GB'])('de, en-GB-oed;q=0.5')).toBe('de')
  })

  it('takes its list once: later changes to it change nothing', () => {
    const supported = ['en', 'de']
    const bucket = pickLocale(supported)
    supported.push('nl')
    expect(bucket('nl')).toBe('en')
  })

  it.each<readonly [unknown, string]>([
    [[], "a list of language tags, got [] (array). Write ['en', 'de-AT']."],
    [['en', 'de_AT'], "a list of language tags, got \"de_AT\" (string). Write ['en', 'de-AT']."],
    [['en', '*'], 'a list of language tags, got "*" (string)'],
    [['en', ''], 'a list of non-empty strings'],
    ['en', 'a list of non-empty strings, got "en" (string)'],
    [undefined, 'a list of non-empty strings, got undefined'],
  ])('refuses %j at creation', (supported, message) => {
    expect(() => pickLocale(supported as string[])).toThrow(`ERR_SSR_CACHE_OPTION: "pickLocale" must be ${message}`)
  })

  // The reference: what Express and most of npm negotiate with. It looks at two subtags only, reads repeats of a language from the back, and
  // reads malformed weights in its own way, so those are left out.
  const tag = fc.constantFrom('en', 'en-GB', 'de', 'DE-AT', 'fr-ca', 'pt', 'pt-BR', 'nl', '*')
  const weight = fc.constantFrom('', ';q=1', ';q=0.5', ' ; q=0.51', ';Q=0.2', ';q=0', ';q=0.000', ';level=1;q=0.7')
  const primary = ([range]: readonly [string, string]) => range.toLowerCase().split('-')[0]
  const members = fc.uniqueArray(fc.tuple(tag, weight), { maxLength: 6, selector: primary })
  const locales = fc.uniqueArray(fc.constantFrom('en', 'en-GB', 'de', 'de-CH', 'fr-CA', 'pt-BR'), { minLength: 1 })
  test.prop([members, locales], { numRuns: 2_000 })('answers as the negotiator package does', (asked, supported) => {
    const field = asked.map((member) => member.join('')).join(', ')
    const reference = new Negotiator({ headers: { 'accept-language': field } }).language(supported) ?? supported[0]
    expect(pickLocale(supported)(field)).toBe(reference)
  })
})

describe('deviceClass buckets User-Agent', () => {
  const classOf = deviceClass()

  it.each([
    [
      'desktop',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    ],
    [
      'desktop',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
    ],
    ['desktop', 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0'],
    [
      'desktop',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
    ],
    [
      'desktop',
      'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36',
    ],
    [
      'desktop',
      'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; SLCC2; .NET CLR 2.0.50727; Tablet PC 2.0)',
    ],
    ['desktop', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
    ['desktop', 'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)'],
    ['desktop', 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)'],
    ['desktop', 'curl/8.5.0'],
    ['desktop', ''],
    [
      'mobile',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    ],
    [
      'mobile',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0.7339.101 Mobile/15E148 Safari/604.1',
    ],
    [
      'mobile',
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
    ],
    [
      'mobile',
      'Mozilla/5.0 (Linux; Android 14; SM-S928B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
    ],
    ['mobile', 'Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0'],
    [
      'mobile',
      'Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    ],
    [
      'mobile',
      'Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063',
    ],
    [
      'mobile',
      'Opera/9.80 (J2ME/MIDP; Opera Mini/9.80 (S60; SymbOS; Opera Mobi/23.348; U; en) Presto/2.5.25 Version/10.54',
    ],
    ['mobile', 'Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10'],
    ['mobile', 'Mozilla/5.0 (Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5'],
    [
      'tablet',
      'Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1',
    ],
    [
      'tablet',
      'Mozilla/5.0 (Linux; Android 13; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    ],
    ['tablet', 'Mozilla/5.0 (Android 14; Tablet; rv:143.0) Gecko/143.0 Firefox/143.0'],
    [
      'tablet',
      'Mozilla/5.0 (Linux; Android 11; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/139.3.1 like Chrome/139.0.7258.160 Safari/537.36',
    ],
    [
      'tablet',
      'Mozilla/5.0 (Linux; U; en-US) AppleWebKit/528.5+ (KHTML, like Gecko, Safari/528.5+) Version/4.0 Kindle/3.0 (screen 600x800; rotate)',
    ],
  ])('%s: %s', (device, agent) => {
    expect(classOf(agent)).toBe(device)
  })

  it('takes no User-Agent for a desktop', () => {
    expect(classOf(undefined)).toBe('desktop')
  })

  test.prop([fc.string()])('keeps what it gave', (agent) => {
    const device = classOf(agent)
    expect(classOf(device)).toBe(device)
  })
})

describe('a bucket of your own', () => {
  const withBucket = (bucket: (value: string | undefined) => unknown) =>
    createKeyNormalizer({ key: { headers: { 'x-a': bucket as () => string | undefined } } })

  it.each([
    [
      'throws',
      (): never => {
        throw new Error('no')
      },
    ],
    ['gives a number', () => 7],
    ['gives a promise', () => Promise.resolve('a')],
    ['gives null', () => null],
  ])('that %s for a value counts as if the header were not there, in key and render alike', (_what, give) => {
    const normalizer = withBucket((value) => (value === undefined ? undefined : give()))
    const request = visitor({ headers: { 'x-a': 'canary' } })
    expect(keyed(request, normalizer).full).toBe(keyed(visitor(), normalizer).full)
    expect(narrowed(request, normalizer).headers).not.toHaveProperty('x-a')
    expect(normalizer.dropped(request)).toEqual([{ kind: 'header', name: 'x-a', why: 'no-bucket' }])
  })

  it('is not reported where it gave a value, or where the header is not there', () => {
    const normalizer = withBucket((value) => value && 'b')
    expect(normalizer.dropped(visitor({ headers: { 'x-a': 'v' } }))).toEqual([])
    expect(normalizer.dropped(visitor({ headers: { 'x-a': undefined } }))).toEqual([])
  })

  it('is not handed a value that is too long or malformed (I11, B5)', () => {
    const seen: unknown[] = []
    const normalizer = withBucket((value) => void seen.push(value))
    expect(normalizer.normalize(visitor({ headers: { 'x-a': 'a'.repeat(1025) } }))).toMatchObject({ status: 431 })
    expect(normalizer.normalize(visitor({ headers: { 'x-a': 'a\nb' } }))).toMatchObject({ status: 400 })
    expect(seen).toEqual([undefined])
  })

  it.each([
    ['a%0D%0Ab', 400],
    ['a%00', 400],
  ])('that decodes %j into controls is refused with %i (P11)', (value, status) => {
    const normalizer = withBucket((sent) => sent && decodeURIComponent(sent))
    expect(normalizer.normalize(visitor({ headers: { 'x-a': value } }))).toMatchObject({ status })
  })

  it('that grows a value beyond the limit is refused with 431', () => {
    expect(
      withBucket((sent) => sent?.repeat(200)).normalize(visitor({ headers: { 'x-a': 'abcdefgh' } })),
    ).toMatchObject({ status: 431 })
  })

  it('may give a value where there is no header', () => {
    const request = visitor()
    expect(
      narrowed(
        request,
        withBucket((value) => value ?? 'none'),
      ).headers['x-a'],
    ).toBe('none')
  })
})
