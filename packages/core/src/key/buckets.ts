import Negotiator from 'negotiator'
import { optionError } from '../errors.ts'
import { checkStrings } from '../option-checks.ts'

/**
 * Turns the value of a keyed header into one of few values; that value is in the key, and is all that the render sees of the header.
 * `undefined` (in or out) means that the header is not there. Must give the same answer for the same value.
 */
export type Bucket = (value: string | undefined) => string | undefined

/**
 * Buckets Accept-Language: the supported locale that the visitor likes best, by RFC 9110 12.5.4 (q-values, `de-AT` finds `de`, `*`), or the first
 * of `supported`.
 * @example key: { headers: { 'accept-language': pickLocale(['en', 'de']) } }
 * @throws ERR_SSR_CACHE_OPTION for an empty list.
 */
export function pickLocale(supported: readonly string[]): Bucket {
  checkStrings('pickLocale(supported)', supported)
  const locales = [...supported]
  const [first] = locales
  if (first === undefined)
    throw optionError('pickLocale(supported)', 'a list with a locale', supported, "Write ['en'].")
  return (value) => {
    if (value === undefined) return first
    return new Negotiator({ headers: { 'accept-language': value } }).language(locales) ?? first
  }
}

/** What {@link deviceClass} tells apart. */
export type DeviceClass = 'desktop' | 'mobile' | 'tablet'

/**
 * Buckets User-Agent into `desktop`, `mobile` and `tablet`. What names no device, crawlers among them, is `desktop`. Prefer one responsive page where
 * you can: each class renders and keeps a page of its own, and a CDN that does not key it must not keep the page (`downstream.cdnKeys`).
 * @example key: { headers: { 'user-agent': deviceClass() } }
 */
export function deviceClass(): Bucket {
  return (value) => (value === undefined ? 'desktop' : classify(value.toLowerCase()))
}

const TABLETS = ['ipad', 'tablet', 'kindle', 'silk/', 'playbook']

function classify(agent: string): DeviceClass {
  for (const name of TABLETS) if (agent.includes(name)) return 'tablet'
  const mobile = agent.includes('mobi')
  // Android says "Mobile" on telephones only.
  if (agent.includes('android')) return mobile ? 'mobile' : 'tablet'
  return mobile || agent.includes('iphone') || agent.includes('ipod') ? 'mobile' : 'desktop'
}
