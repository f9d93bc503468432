import { type CacheControlOptions, checkedDirectives } from './cache-control-options.ts'
import { type CacheControl, DIRECTIVES } from './directives.ts'
import { isToken } from './token.ts'

/**
 * Writes a Cache-Control field for a response (RFC 9111 5.2.2, 5861, 8246), always in the same order. What {@link parseCacheControl} reads from it is
 * what was asked for.
 *
 * @throws SsrCacheError `ERR_SSR_CACHE_OPTION` for a wrong type, unit, range or name; `ERR_SSR_CACHE_CACHE_CONTROL` for directives that contradict
 * each other, with the reason.
 * @example createCacheControl({ public: true, maxAge: 0, sMaxAge: 60 }) // 'public, max-age=0, s-maxage=60'
 */
export function createCacheControl(options: CacheControlOptions): string {
  const said = checkedDirectives(options)
  const members: string[] = []
  for (const { name, key } of DIRECTIVES) {
    const value = said[key]
    if (value !== undefined)
      members.push(typeof value === 'object' ? `${name}="${value.join(', ')}"` : bare(name, value))
  }
  return members.concat(extensionMembers(said.extensions)).join(', ')
}

function bare(name: string, value: true | number): string {
  return value === true ? name : `${name}=${value}`
}

function extensionMembers(extensions: CacheControl['extensions'] = {}): readonly string[] {
  return Object.entries(extensions).map(([name, value]) => {
    if (value === true) return name
    return isToken(value) ? `${name}=${value}` : `${name}="${value.replace(/["\\]/g, '\\$&')}"`
  })
}
