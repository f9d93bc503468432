import type { VisitorRequest } from '../request.ts'
import type { Bucket } from './buckets.ts'
import { type AllowedHosts, allowedHosts } from './host.ts'
import { KEY_DEFAULTS, type KeyNormalizerOptions } from './key-options.ts'
import { type NameList, nameList } from './name-list.ts'
import { TRACKING_NAMES } from './tracking-names.ts'

/** What the rules of this folder work from: every option resolved. */
export interface KeySettings {
  readonly hosts: AllowedHosts | undefined
  readonly ignoreQuery: ReadonlySet<string>
  readonly trackingQuery: ReadonlySet<string>
  readonly allowQuery: ReadonlySet<string> | undefined
  readonly cookies: readonly string[]
  readonly headers: readonly (readonly [name: string, bucket: Bucket])[]
  readonly passThrough: readonly string[]
  readonly maxUrlBytes: number
  readonly maxValueBytes: number
  readonly bypassCookies: NameList
  readonly bypassQuery: ReadonlySet<string>
  readonly bypassWhen: ((request: VisitorRequest) => boolean) | undefined
}

/** Lays the defaults under the options. The caller's object is only read. */
export function resolveKeyOptions({ hosts, key = {}, bypass = {} }: KeyNormalizerOptions): KeySettings {
  const cookies = [...new Set(key.cookies ?? KEY_DEFAULTS.cookies)]
  return {
    hosts: hosts && allowedHosts(hosts),
    ignoreQuery: new Set(key.ignoreQuery ?? KEY_DEFAULTS.ignoreQuery),
    trackingQuery: new Set(TRACKING_NAMES),
    allowQuery: key.allowQuery && new Set(key.allowQuery),
    cookies,
    headers: Object.entries<true | Bucket>(key.headers ?? KEY_DEFAULTS.headers).map(([name, how]) => [
      name.toLowerCase(),
      how === true ? wholeValue : how,
    ]),
    passThrough: (key.passThrough ?? KEY_DEFAULTS.passThrough).map((name) => name.toLowerCase()),
    maxUrlBytes: key.maxUrlBytes ?? KEY_DEFAULTS.maxUrlBytes,
    maxValueBytes: key.maxValueBytes ?? KEY_DEFAULTS.maxValueBytes,
    // A keyed cookie beats the default list, patterns included; the user's own list was checked against it.
    bypassCookies: nameList(bypass.cookies ?? KEY_DEFAULTS.bypassCookies, cookies),
    bypassQuery: new Set(bypass.query ?? KEY_DEFAULTS.bypassQuery),
    bypassWhen: bypass.when,
  }
}

const wholeValue: Bucket = (value) => value
