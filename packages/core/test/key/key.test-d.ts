import { describe, expectTypeOf, it } from 'vitest'
import {
  type Bucket,
  type Bypass,
  createKeyNormalizer,
  type DeviceClass,
  type Dropped,
  deviceClass,
  type KeyNormalizer,
  type KeyNormalizerOptions,
  type NarrowedRequest,
  type NormalizedUrl,
  type PageKey,
  pickLocale,
  type Refusal,
  type VariantPart,
  type VisitorRequest,
} from '../../src/key/index.ts'

declare const normalizer: KeyNormalizer
declare const request: VisitorRequest
declare const page: PageKey
declare const url: NormalizedUrl

describe('the types of @ssr-cache/core/key', () => {
  it('need no options, and take each alone', () => {
    expectTypeOf(createKeyNormalizer).parameter(0).toEqualTypeOf<KeyNormalizerOptions | undefined>()
    expectTypeOf(createKeyNormalizer).returns.toEqualTypeOf<KeyNormalizer>()
    createKeyNormalizer({
      key: { headers: { 'accept-language': pickLocale(['en']), 'user-agent': deviceClass(), 'x-a': true } },
    })
  })

  it('refuse what the checks at creation refuse', () => {
    // @ts-expect-error an async question answers with a promise, which is not "no"
    createKeyNormalizer({ bypass: { when: async () => false } })
    // @ts-expect-error a header is keyed or not named
    createKeyNormalizer({ key: { headers: { 'x-a': false } } })
    // @ts-expect-error an async bucket
    createKeyNormalizer({ key: { headers: { 'x-a': async () => 'a' } } })
    // @ts-expect-error no such option
    createKeyNormalizer({ key: { cookie: ['a'] } })
    // @ts-expect-error bytes, not text
    createKeyNormalizer({ key: { maxUrlBytes: '8kb' } })
  })

  it('give a union that `kind` tells apart', () => {
    const result = normalizer.normalize(request, { session: 'anonymous' })
    expectTypeOf(result).toEqualTypeOf<PageKey | Bypass | Refusal>()
    if (result.kind === 'keyed') expectTypeOf(result).toEqualTypeOf<PageKey>()
    if (result.kind === 'bypass') expectTypeOf(result).toEqualTypeOf<Bypass>()
    if (result.kind === 'refused') expectTypeOf(result.status).toEqualTypeOf<400 | 414 | 421 | 431>()
  })

  it('give each step alone', () => {
    expectTypeOf(normalizer.url(request)).toEqualTypeOf<NormalizedUrl | Refusal>()
    expectTypeOf(normalizer.bypass(request, url)).toEqualTypeOf<Bypass | undefined>()
    expectTypeOf(normalizer.parts(request)).toEqualTypeOf<readonly VariantPart[] | Refusal>()
    expectTypeOf(normalizer.narrow(page, request)).toEqualTypeOf<NarrowedRequest>()
    expectTypeOf(normalizer.dropped(request)).toEqualTypeOf<readonly Dropped[]>()
    expectTypeOf(normalizer.vary).toEqualTypeOf<readonly string[]>()
  })

  it('let nobody write into what was decided', () => {
    // @ts-expect-error readonly
    page.full = ''
    // @ts-expect-error readonly
    url.query = ''
    // @ts-expect-error readonly
    normalizer.narrow(page, request).headers['cookie'] = 'sid=1'
  })

  it('make buckets of locale and device', () => {
    expectTypeOf(pickLocale).returns.toEqualTypeOf<Bucket>()
    expectTypeOf(deviceClass).returns.toEqualTypeOf<Bucket>()
    expectTypeOf<DeviceClass>().toEqualTypeOf<'desktop' | 'mobile' | 'tablet'>()
  })
})
