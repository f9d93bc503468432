import { optionError } from '../errors.ts'
import { checkCount, checkFunction, checkObject, checkStrings, optionPath, refuseUnknown } from '../option-checks.ts'
import type { VisitorRequest } from '../request.ts'
import type { Bucket } from './buckets.ts'
import { canonicalHost } from './host.ts'
import { SESSION_COOKIES } from './session-cookies.ts'

/** What a page depends on beside its URL. What is not named here never reaches a shared render. */
export interface KeyOptions {
  /** Query parameters to drop besides the well-known click and campaign names, by exact name. @default [] */
  readonly ignoreQuery?: readonly string[]
  /** If set, every other query parameter is dropped, and reported. Prefer `ignoreQuery`: a forgotten name breaks a page. @default undefined */
  readonly allowQuery?: readonly string[]
  /** Cookies that are part of the key, by exact name. @default [] */
  readonly cookies?: readonly string[]
  /** Headers that are part of the key: `true` for the whole value, a {@link Bucket} for few values. @default {} */
  readonly headers?: Readonly<Record<string, true | Bucket>>
  /** Headers that reach the render although no key holds them: they must not change the page. @default ['traceparent', 'tracestate'] */
  readonly passThrough?: readonly string[]
  /** Longest path and query, in bytes; beyond it 414. @default 8192 */
  readonly maxUrlBytes?: number
  /** Longest keyed header or cookie, in bytes; beyond it 431. @default 1024 */
  readonly maxValueBytes?: number
}

/** Who is answered by the app itself, with a page that nobody else sees. */
export interface BypassOptions {
  /** Cookies that say who somebody is; `*` at the end stands for any ending. @default the usual session names */
  readonly cookies?: readonly string[]
  /** Query parameters of previews and one-time links. @default ['preview', 'draft', 'token', 'asm', 'cx-preview'] */
  readonly query?: readonly string[]
  /** Anything else: `true` bypasses. Runs on every request; must not throw. @default undefined */
  readonly when?: (request: VisitorRequest) => boolean
}

/** Options of {@link createKeyNormalizer}. */
export interface KeyNormalizerOptions {
  /** Hosts that may be asked for, with their port where it is not the scheme's; `*.shop.example` for all below. Unset: as sent. @default undefined */
  readonly hosts?: readonly string[]
  readonly key?: KeyOptions
  readonly bypass?: BypassOptions
}

/** All defaults of {@link KeyOptions} and {@link BypassOptions}, in one place. */
export const KEY_DEFAULTS = {
  ignoreQuery: [],
  cookies: [],
  headers: {},
  passThrough: ['traceparent', 'tracestate'],
  maxUrlBytes: 8192,
  maxValueBytes: 1024,
  bypassCookies: SESSION_COOKIES,
  bypassQuery: ['preview', 'draft', 'token', 'asm', 'cx-preview'],
} as const satisfies object

/** Headers that would be a mistake in the key, with what to do instead. */
const NEVER_KEYED: Readonly<Record<string, string>> = {
  host: 'The host is always in the key; see "hosts".',
  cookie: 'Name the cookies in key.cookies.',
  authorization: 'Requests with it bypass; they are personal.',
  accept: 'Only requests that accept HTML are shared.',
  'accept-encoding': 'Encodings are kept beside the page, not keyed.',
}

/** Headers that say who somebody is, or that the key stands for: passing them unkeyed would be a leak. */
const NEVER_PASSED: readonly string[] = [
  'host',
  'cookie',
  'authorization',
  'accept',
  'accept-encoding',
  'proxy-authorization',
]

/** Checks everything at creation, so that nothing is found out at the first request. */
export function checkKeyOptions(options: KeyNormalizerOptions): void {
  checkObject('options', options)
  refuseUnknown('', options, ['hosts', 'key', 'bypass'])
  checkHosts(options.hosts)
  if (options.key !== undefined) checkKey(options.key)
  if (options.bypass !== undefined) checkBypass(options.bypass)
  checkContradictions(options.key ?? {}, options.bypass ?? {})
}

function checkHosts(hosts: unknown): void {
  if (hosts === undefined) return
  checkStrings('hosts', hosts)
  for (const host of hosts) {
    const name = host.startsWith('*.') ? host.slice(2) : host
    if (canonicalHost(name, 'https') !== undefined) continue
    throw optionError(
      'hosts',
      'host names, with a port where needed',
      host,
      "Write 'shop.example' or 'localhost:3000'.",
    )
  }
}

const KEY_NAMES: readonly string[] = [
  'allowQuery',
  ...Object.keys(KEY_DEFAULTS).filter((name) => !name.startsWith('bypass')),
]

function checkKey(key: KeyOptions): void {
  checkObject('key', key)
  refuseUnknown('key', key, KEY_NAMES)
  for (const name of ['ignoreQuery', 'allowQuery', 'cookies', 'passThrough'] as const) {
    if (key[name] !== undefined) checkStrings(optionPath('key', name), key[name])
  }
  for (const name of ['maxUrlBytes', 'maxValueBytes'] as const) {
    if (key[name] !== undefined) checkCount(optionPath('key', name), key[name], 1)
  }
  const leak = key.passThrough?.find((name) => NEVER_PASSED.includes(name.toLowerCase()))
  if (leak !== undefined) {
    throw optionError(
      'key.passThrough',
      'headers that cannot change the page',
      leak,
      'Leave it out: what passes unkeyed can reach another visitor.',
    )
  }
  if (key.headers !== undefined) checkKeyedHeaders(key.headers)
}

function checkKeyedHeaders(headers: unknown): void {
  checkObject('key.headers', headers)
  for (const [name, value] of Object.entries(headers)) {
    const at = `key.headers.${name}`
    const mistake = NEVER_KEYED[name.toLowerCase()]
    if (mistake !== undefined) throw optionError(at, 'another header', name, mistake)
    if (value !== true) checkFunction(at, value)
  }
}

function checkBypass(bypass: BypassOptions): void {
  checkObject('bypass', bypass)
  refuseUnknown('bypass', bypass, ['cookies', 'query', 'when'])
  if (bypass.cookies !== undefined) checkStrings('bypass.cookies', bypass.cookies)
  if (bypass.query !== undefined) checkStrings('bypass.query', bypass.query)
  if (bypass.when !== undefined) checkFunction('bypass.when', bypass.when)
}

function checkContradictions(key: KeyOptions, bypass: BypassOptions): void {
  const both = key.cookies?.find((name) => bypass.cookies?.includes(name))
  if (both !== undefined) {
    throw optionError(
      'key.cookies',
      'apart from bypass.cookies',
      both,
      'Name it in one of them: keyed pages are shared, bypassed ones are not.',
    )
  }
  const dropped = key.allowQuery?.find((name) => key.ignoreQuery?.includes(name))
  if (dropped !== undefined) {
    throw optionError('key.allowQuery', 'apart from key.ignoreQuery', dropped, 'Name it in one of them.')
  }
}
