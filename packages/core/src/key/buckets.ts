import { optionError } from '../errors.ts'
import { checkStrings, checkSynchronous } from '../option-checks.ts'
import { bestLocale } from './accept-language.ts'

/**
 * Turns the value of a keyed header into one of few values; that value is in the key, and is all that the render sees of the header.
 * `undefined`, in or out, means that the header is not there. It must answer at once, and the same for the same value. It is called once at creation,
 * with `undefined`; where it throws later, or gives no string, the header counts as not there.
 */
export type Bucket = (value: string | undefined) => string | undefined

/** Tries a bucket on a request without the header, which is what most of them forget. */
export function checkBucket(at: string, bucket: unknown): void {
  if (typeof bucket !== 'function')
    throw optionError(at, 'true or a function', bucket, 'Write true for the whole value.')
  checkSynchronous(at, bucket)
  const given = tried(bucket as Bucket) // a function; what it takes and gives is what is being tried
  if (given === undefined || typeof given === 'string') return
  const shownAs = given instanceof Error ? String(given) : given
  throw optionError(at, 'a function that gives a string or undefined, for undefined too', shownAs, 'Handle undefined.')
}

function tried(bucket: Bucket): unknown {
  try {
    return bucket(undefined)
  } catch (error) {
    return error
  }
}

/**
 * Buckets Accept-Language: the supported locale that the visitor likes best, by RFC 9110 12.5.4 (q-values, `de-AT` finds `de`, `*`), or the first
 * of `supported`.
 * @example key: { headers: { 'accept-language': pickLocale(['en', 'de']) } }
 * @throws ERR_SSR_CACHE_OPTION for an empty list, and for what is no language tag (`de_AT`).
 */
export function pickLocale(supported: readonly string[]): Bucket {
  checkStrings('pickLocale', supported)
  const locales = [...supported]
  const [first] = locales
  const wrong = locales.find((locale) => !LANGUAGE_TAG.test(locale))
  if (first === undefined || wrong !== undefined) {
    throw optionError('pickLocale', 'a list of language tags', wrong ?? locales, "Write ['en', 'de-AT'].")
  }
  return (value) => (value === undefined ? first : (bestLocale(value, locales) ?? first))
}

/** RFC 4647 2.1. */
const LANGUAGE_TAG = /^[a-z]{1,8}(-[a-z\d]{1,8})*$/i

/** What {@link deviceClass} tells apart. */
export type DeviceClass = 'desktop' | 'mobile' | 'tablet'

/**
 * Buckets User-Agent into `desktop`, `mobile` and `tablet`. What names no device, crawlers and iPads that call themselves Macintosh among them, is
 * `desktop`. Prefer one responsive page where you can: each class renders and keeps a page of its own, and a CDN that does not key it must not keep
 * the page (`downstream.cdnKeys`).
 * @example key: { headers: { 'user-agent': deviceClass() } }
 */
export function deviceClass(): Bucket {
  return (value) => (value === undefined ? 'desktop' : classify(value.toLowerCase()))
}

const TABLETS: readonly string[] = ['ipad', 'tablet', 'kindle', 'silk/', 'playbook']
const TELEPHONES: readonly string[] = ['mobi', 'iphone', 'ipod', 'opera mini', 'blackberry']

function classify(agent: string): DeviceClass {
  const names = (device: string): boolean => agent.includes(device)
  // "Tablet PC 2.0" is a component of Windows that old desktops name too.
  if (TABLETS.some(names) && !agent.includes('tablet pc')) return 'tablet'
  if (TELEPHONES.some(names)) return 'mobile'
  // Android says "Mobile" on telephones only.
  return agent.includes('android') ? 'tablet' : 'desktop'
}
