import type { NarrowedRequest, VisitorRequest } from '../request.ts'
import { type Bypass, bypassRule } from './bypass.ts'
import { type Dropped, droppedFrom } from './dropped.ts'
import { checkKeyOptions } from './key-option-checks.ts'
import type { KeyNormalizerOptions } from './key-options.ts'
import { type KeySettings, resolveKeyOptions } from './key-settings.ts'
import { type NormalizedUrl, normalizeTarget, normalizeUrl, type Refusal } from './normalize-url.ts'
import { narrow, type PageKey, pageKey, type VariantPart, variantParts } from './variant.ts'

/** Key, narrowed request, bypass and what was dropped: all from one parse. */
export interface KeyNormalizer {
  /** Names of the headers that the key holds something of, in lower case, Cookie among them: what a Vary field must name, whoever heeds it. */
  readonly vary: readonly string[]
  /** The URL part alone: host check, canonical spelling, dropped parameters. */
  url(request: Pick<VisitorRequest, 'scheme' | 'host' | 'target'>): NormalizedUrl | Refusal
  /** Path and query as the key of a page has them, on whatever host: what an invalidation by URL names. `undefined` where malformed. */
  target(target: string): string | undefined
  /** Whether the app must answer itself, and why. `session: 'anonymous'` lifts the bypass by cookie only. */
  bypass(
    request: VisitorRequest,
    url: NormalizedUrl,
    options?: { readonly session?: 'anonymous' | undefined },
  ): Bypass | undefined
  /** The parts of the key that are not the URL: a list in the order of the options, absent values left out. */
  parts(request: VisitorRequest): readonly VariantPart[] | Refusal
  /** All of it: refused, bypass, or the key. */
  normalize(
    request: VisitorRequest,
    options?: { readonly session?: 'anonymous' | undefined },
  ): PageKey | Bypass | Refusal
  /** The only thing that a shared render may see. Made from the key alone, but for the headers that pass by name. */
  narrow(key: PageKey, request: VisitorRequest): NarrowedRequest
  /** What of the request the key does not hold, for explanations. */
  dropped(request: VisitorRequest): readonly Dropped[]
}

/**
 * Decides which requests are for the same page, and what the render of that page may see: both by the same function, so that no input outside the
 * key can reach another visitor (RFC 9111 2 keys, RFC 3986 6.2.2 URL equivalence).
 * @throws ERR_SSR_CACHE_OPTION for options that are unknown, of the wrong type or contradict each other.
 */
export function createKeyNormalizer(options: KeyNormalizerOptions = {}): KeyNormalizer {
  checkKeyOptions(options)
  const settings = resolveKeyOptions(options)
  const bypassFor = bypassRule(settings)
  const normalizer: KeyNormalizer = {
    vary: varyNames(settings),
    url: (request) => normalizeUrl(request, settings),
    target: (target) => normalizeTarget(target, settings),
    bypass: (request, url, o) => bypassFor(request, url, o?.session === 'anonymous'),
    parts: (request) => variantParts(request, settings),
    normalize(request, o) {
      const url = normalizer.url(request)
      if (url.kind === 'refused') return url
      const bypass = normalizer.bypass(request, url, o)
      if (bypass !== undefined) return bypass
      const parts = normalizer.parts(request)
      return 'kind' in parts ? parts : pageKey(url, parts)
    },
    narrow: (key, request) => narrow(key, request, settings),
    dropped: (request) => droppedFrom(request, settings),
  }
  return Object.freeze(normalizer)
}

function varyNames({ headers, cookies }: KeySettings): readonly string[] {
  const names = headers.map(([name]) => name)
  return Object.freeze(cookies.length > 0 ? [...names, 'cookie'] : names)
}
