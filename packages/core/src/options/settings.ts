import { checkKeyOptions } from '../key/key-option-checks.ts'
import { type BypassOptions, KEY_DEFAULTS, type KeyNormalizerOptions } from '../key/key-options.ts'
import { keyParts } from '../key/key-parts.ts'
import type { OriginSettings } from '../origin/settings.ts'
import type { AdaptiveBounds } from '../rules/adaptive-limit.ts'
import { resolveAdaptive } from './adaptive-options.ts'
import { type AdmissionSettings, resolveAdmission } from './admission-options.ts'
import { resolveCdnKeys } from './cdn-keys.ts'
import { defined } from './defined.ts'
import { type EncodingSettings, resolveEncoding } from './encoding-options.ts'
import { type FallbackSettings, resolveFallback } from './fallback-options.ts'
import { resolveOrigin } from './origin-options.ts'
import { ownCopy } from './own-copy.ts'
import { parseOptions } from './parse.ts'
import {
  DEFAULTS,
  DOWNSTREAM_DEFAULTS,
  type DownstreamOptions,
  type RenderCacheOptions,
} from './render-cache-options.ts'
import { renderCacheSchema } from './render-cache-schema.ts'

/** Options as the engine reads them: checked, defaults laid under, frozen. */
export interface Settings
  extends Required<
    Omit<
      RenderCacheOptions,
      | 'enabled'
      | 'keyCoverage'
      | 'store'
      | 'admin'
      | 'hosts'
      | 'build'
      | 'key'
      | 'bypass'
      | 'admission'
      | 'encoding'
      | 'origin'
      | 'logger'
      | 'clock'
    >
  > {
  readonly encoding: EncodingSettings
  readonly origin: OriginSettings
  /** Whether what the app decides on is sent on encoded, too: only where the option says so. */
  readonly encodesOrigin: boolean
  readonly admission: AdmissionSettings
  /** Between what the cap of renders moves by itself; `undefined`: not at all. */
  readonly adaptive: AdaptiveBounds | undefined
  /** What goes out in place of pages; `undefined`: no shell. */
  readonly fallback: FallbackSettings | undefined
  readonly downstream: DownstreamOptions & Required<Omit<DownstreamOptions, 'cdn'>>
  readonly hosts?: readonly string[]
  readonly build?: { readonly id: string }
  readonly admin?: { readonly secret: string }
  /** The normalizer's part of the options. */
  readonly keying: KeyNormalizerOptions
  /** Headers and cookies of the key, by name. */
  readonly keyNames: readonly string[]
  /** What a cache in front must bypass on too. */
  readonly bypassNames: Required<Pick<BypassOptions, 'cookies' | 'query'>>
}

/**
 * Checks options and lays the defaults under them; the caller's object is only read.
 * @throws ERR_SSR_CACHE_OPTION that says what was expected, what came, and the way out.
 */
export function resolveOptions(options: RenderCacheOptions): Settings {
  parseOptions(renderCacheSchema, options)
  const { enabled, keyCoverage, store, hosts, key, bypass, encoding, origin, logger, clock, ...plain } = options
  const keying = defined({ hosts, key, bypass }) as KeyNormalizerOptions // `undefined` is gone
  checkKeyOptions(keying)
  const { statusMaxAge, admission, downstream, ...rest } = ownCopy(defined(plain))
  // As a CDN is told them.
  const names = keyParts(key).map(({ name }) => name)
  const { cdnKeys, ...told } = { ...DOWNSTREAM_DEFAULTS, ...defined(downstream ?? {}) }
  const admitted = resolveAdmission(admission)
  return ownCopy({
    ...DEFAULTS,
    ...rest,
    statusMaxAge: { ...DEFAULTS.statusMaxAge, ...defined(statusMaxAge ?? {}) },
    encoding: resolveEncoding(encoding),
    origin: resolveOrigin(origin),
    encodesOrigin: encoding !== undefined && encoding !== false,
    admission: admitted,
    adaptive: resolveAdaptive(admitted.adaptive, admitted.concurrency),
    fallback: resolveFallback(admission?.fallback),
    downstream: { ...told, cdnKeys: resolveCdnKeys(cdnKeys, names) },
    ...(hosts === undefined ? {} : { hosts }),
    keying,
    keyNames: names,
    bypassNames: {
      cookies: bypass?.cookies ?? KEY_DEFAULTS.bypassCookies,
      query: bypass?.query ?? KEY_DEFAULTS.bypassQuery,
    },
  })
}
