import { optionError } from '../errors.ts'
import { nearestName } from '../nearest-name.ts'

/** State from code above has no name of its own; this stands for it. */
const CONTEXT = 'context'

/**
 * What a CDN keys, in the spelling of the key: letter case counts in cookies, and not in headers. A name that the key does not hold is a mistake: the CDN
 * would be trusted with something that it cannot tell apart.
 * @throws ERR_SSR_CACHE_OPTION for such a name.
 */
export function resolveCdnKeys(cdnKeys: readonly string[], keyNames: readonly string[]): readonly string[] {
  return cdnKeys.map((name) => {
    const known = [name, name.toLowerCase()].find((spelt) => keyNames.includes(spelt))
    if (known !== undefined || name === CONTEXT) return known ?? name
    const nearest = nearestName(name, keyNames)
    const wayOut =
      nearest === undefined ? 'Name it in key.headers or key.cookies, or leave it out.' : `Write ${nearest}.`
    throw optionError('downstream.cdnKeys', 'names of headers and cookies that the key holds', name, wayOut)
  })
}
