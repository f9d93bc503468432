import { optionError, SsrCacheError } from '../errors.ts'
import { canonicalPath } from '../key/canonical-url.ts'
import { canonicalHost } from '../key/host.ts'
import type { KeyNormalizer } from '../key/normalizer.ts'
import { checkCount, checkObject, refuseUnknown } from '../option-checks.ts'
import { namedTag, type Tag } from '../rules/tags.ts'
import type { Target } from '../store/store.ts'

/** What `invalidate` and `purge` hit: any of these, in one record. */
export interface TargetOptions {
  /** Pages made from any of these. `{ class }` without id finds every id of the class. */
  readonly tags?: readonly Tag[]
  /** Exactly these paths with their queries, in all variants; on all hosts unless absolute. */
  readonly urls?: readonly string[]
  /** `/g` and `/g/` both mean `/g`, `/g/` and everything below with any query; never `/gx`. On all hosts unless absolute. */
  readonly prefix?: string | readonly string[]
  /** Everything. */
  readonly all?: true
}

const NAMES: readonly string[] = ['tags', 'urls', 'prefix', 'all']

/**
 * Options as targets of one record, in canonical spelling.
 * @throws ERR_SSR_CACHE_OPTION for nothing to hit, unknown names and URLs that cannot be.
 */
export function targetsOf(options: TargetOptions, settleMs: number, normalizer: KeyNormalizer): readonly Target[] {
  checkObject('targets', options)
  refuseUnknown('', options, NAMES)
  checkCount('settleMs', settleMs, 0)
  const { tags = [], urls = [], prefix = [], all } = options
  const targets: readonly Target[] = [
    ...list('tags', tags).map((tag): Target => ({ kind: 'tag', tag: namedTag(tag) })),
    ...list('urls', urls).map((url): Target => ({ kind: 'url', url: namedUrl(url, normalizer) })),
    ...[prefix].flat().map((below): Target => ({ kind: 'prefix', prefix: namedPrefix(below) })),
    ...(all === true ? [{ kind: 'all' } as const] : []),
  ]
  if (targets.length > 0) return targets
  throw new SsrCacheError(
    'ERR_SSR_CACHE_OPTION',
    'there must be something to hit, got no tags, urls, prefix or all. Write { all: true } for everything.',
  )
}

function list<T>(name: string, value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value
  throw optionError(name, 'a list', value, `Write { ${name}: ['…'] }.`)
}

interface Place {
  /** Empty: every host. */
  readonly origin: string
  readonly target: string
}

/** An absolute URL in two, or a path for every host. */
function placeOf(option: string, url: unknown): Place {
  if (typeof url === 'string' && url.startsWith('/')) return { origin: '', target: url }
  const parts = typeof url === 'string' ? /^(https?):\/\/([^/?#]+)(\/.*)?$/i.exec(url) : null
  const scheme = parts?.[1]?.toLowerCase() as 'http' | 'https' | undefined // the pattern has no others
  const host = scheme === undefined ? undefined : canonicalHost(parts?.[2] ?? '', scheme)
  if (host !== undefined) return { origin: `${scheme}://${host}`, target: parts?.[3] ?? '/' }
  throw optionError(option, 'a path or an absolute URL', url, "Write '/movies/42' or 'https://shop.example/movies/42'.")
}

function namedUrl(url: string, normalizer: KeyNormalizer): string {
  const { origin, target } = placeOf('urls', url)
  const canonical = normalizer.target(target)
  if (canonical === undefined) throw optionError('urls', 'a well-formed path', url, "Write '/movies/42'.")
  return origin + canonical
}

function namedPrefix(prefix: string): string {
  const { origin, target } = placeOf('prefix', prefix)
  const path = canonicalPath(target)
  if (path !== undefined) return origin + path
  throw optionError('prefix', 'a path without query', prefix, "Write '/genres/'.")
}
