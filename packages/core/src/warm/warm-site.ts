import type { Assembly } from '../engine/assembly.ts'
import type { Logger } from '../engine/logger.ts'
import type { KeyNormalizer } from '../key/normalizer.ts'
import { defined } from '../options/defined.ts'
import { checkWarmOptions, WARM_DEFAULTS, type WarmOptions } from '../options/warm-options.ts'
import { warmList } from './warm-list.ts'
import { type WarmProgress, type WarmReport, warmUp } from './warm-up.ts'
import { asWarming } from './warming.ts'

/** The cache whose pages are warmed, as far as a warm-up knows it. */
export interface Warmed extends Pick<Assembly, 'settings' | 'normalizer' | 'isOff' | 'logger'> {
  /** Aborted when the cache closes. */
  readonly closes: AbortSignal
}

/**
 * Warms pages of a cache in this process: looks at the whole list, then asks for each, behind visitors, until it is called off or the cache closes.
 * @throws ERR_SSR_CACHE_OPTION before anything is asked for.
 */
export async function warmSite(urls: Iterable<string>, options: WarmOptions, cache: Warmed): Promise<WarmReport> {
  checkWarmOptions(options)
  const { through, origin, signal, concurrency, headers, onProgress } = { ...WARM_DEFAULTS, ...defined(options) }
  const list = warmList(urls, { origin, isOurs: ownHosts(cache) })
  const calledOff = callOff(cache, signal)
  const tell = onProgress && forgiving(onProgress, cache.logger)
  const o = { through, concurrency, headers, signal: calledOff, abandon: calledOff, onProgress: tell }
  return asWarming(() => warmUp(list, o))
}

/** Where hosts are named, their pages are ours, whatever the origin. */
function ownHosts({ settings, normalizer }: Warmed): ((url: URL) => boolean) | undefined {
  return settings.hosts === undefined ? undefined : (url) => normalizer.url(addressed(url)).kind !== 'refused'
}

function addressed({ protocol, host, pathname, search }: URL): Parameters<KeyNormalizer['url']>[0] {
  return { scheme: protocol === 'https:' ? 'https' : 'http', host, target: pathname + search }
}

/** While the cache is off nothing would be kept, and nothing is asked for. */
function callOff({ closes, isOff }: Warmed, signal: AbortSignal | undefined): AbortSignal {
  if (isOff?.() === true) return AbortSignal.abort()
  return signal === undefined ? closes : AbortSignal.any([closes, signal])
}

/** A progress bar that breaks must not end what it shows: its first error is logged, and the rest of them would say the same. */
function forgiving(onProgress: (progress: WarmProgress) => unknown, logger: Logger): (progress: WarmProgress) => void {
  let isLogged = false
  return async (progress) => {
    try {
      await onProgress(progress)
    } catch (error) {
      if (!isLogged) logger.error({ error }, 'onProgress of a warm-up threw')
      isLogged = true
    }
  }
}
