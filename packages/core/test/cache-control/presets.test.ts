import { describe, expect, it } from 'vitest'
import { createCacheControl, parseCacheControl, presets } from '../../src/cache-control/index.ts'

describe('presets', () => {
  it('keep hashed assets for a day in browsers and CDNs, or for good (R62)', () => {
    expect(presets.hashedAsset).toBe(createCacheControl({ public: true, maxAge: 86_400 }))
    expect(presets.immutableAsset).toBe(createCacheControl({ public: true, maxAge: 31_536_000, immutable: true }))
  })

  it('never reuse as-is files without asking (R63)', () => {
    expect(presets.plainFile).toBe(createCacheControl({ noCache: true }))
  })

  it('keep HTML in shared caches and out of browsers (R60)', () => {
    expect(presets.html(86_400)).toBe('public, max-age=0, s-maxage=86400')
  })

  it('keep no answer of 4xx and 5xx (R64)', () => {
    expect(presets.error).toBe(createCacheControl({ noStore: true }))
  })

  it('keep what is personal nowhere, and what a cookie tells apart with its visitor only', () => {
    expect(presets.privatePage).toBe(createCacheControl({ private: true, noStore: true }))
    expect(presets.cookieKeyedPage).toBe(createCacheControl({ private: true, noCache: true }))
  })

  it('write the single style, for a minute or a month (R10, R11, R18)', () => {
    expect(presets.single(60)).toBe('public, max-age=60')
    expect(presets.single(2_592_000)).toBe('public, max-age=2592000')
  })

  it('check the lifetimes that they are given', () => {
    expect(() => presets.html(0.5)).toThrow('"sMaxAge" must be whole seconds')
    expect(() => presets.single(-1)).toThrow('"maxAge" must be whole seconds')
  })

  it('all say the same when read', () => {
    for (const value of Object.values(presets)) {
      const field = typeof value === 'string' ? value : value(60)
      expect(createCacheControl(parseCacheControl(field))).toBe(field)
    }
  })
})
