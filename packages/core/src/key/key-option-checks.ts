import { optionError } from '../errors.ts'
import { checkCount, checkObject, checkStrings, checkSynchronous, optionPath, refuseUnknown } from '../option-checks.ts'
import { checkBucket } from './buckets.ts'
import { canonicalPattern } from './host.ts'
import { type BypassOptions, KEY_DEFAULTS, type KeyNormalizerOptions, type KeyOptions } from './key-options.ts'
import { nameList } from './name-list.ts'
import { whyNotKeyed, whyNotPassed } from './unfit-headers.ts'

/** Checks everything at creation, so that nothing is found out at the first request. */
export function checkKeyOptions(options: KeyNormalizerOptions): void {
  checkObject('options', options)
  refuseUnknown('', options, ['hosts', 'key', 'bypass'])
  if (options.hosts !== undefined) checkHosts(options.hosts)
  if (options.key !== undefined) checkKey(options.key)
  if (options.bypass !== undefined) checkBypass(options.bypass)
  checkContradictions(options.key ?? {}, options.bypass ?? {})
}

function checkHosts(hosts: unknown): void {
  checkStrings('hosts', hosts)
  const wrong = hosts.length === 0 ? hosts : hosts.find((host) => canonicalPattern(host, 'https') === undefined)
  if (wrong === undefined) return
  throw optionError(
    'hosts',
    "hosts such as 'shop.example:8080' or '*.shop.example'",
    wrong,
    'Leave it out to take any.',
  )
}

const KEY_NAMES: readonly string[] = [
  'allowQuery',
  ...Object.keys(KEY_DEFAULTS).filter((name) => !name.startsWith('bypass')),
]

function checkKey(key: KeyOptions): void {
  checkObject('key', key)
  refuseUnknown('key', key, KEY_NAMES)
  for (const name of ['ignoreQuery', 'allowQuery'] as const) checkExactNames(optionPath('key', name), key[name])
  checkExactNames('key.cookies', key.cookies)
  checkCookieNames('key.cookies', key.cookies)
  for (const name of ['maxUrlBytes', 'maxValueBytes'] as const) {
    if (key[name] !== undefined) checkCount(optionPath('key', name), key[name], 1, 'bytes')
  }
  if (key.headers !== undefined) checkKeyedHeaders(key.headers)
  if (key.passThrough !== undefined) checkPassedHeaders(key.passThrough)
}

function checkBypass(bypass: BypassOptions): void {
  checkObject('bypass', bypass)
  refuseUnknown('bypass', bypass, ['cookies', 'query', 'when'])
  if (bypass.cookies !== undefined) checkStrings('bypass.cookies', bypass.cookies)
  checkCookieNames('bypass.cookies', bypass.cookies)
  checkExactNames('bypass.query', bypass.query)
  if (bypass.when !== undefined) checkSynchronous('bypass.when', bypass.when)
}

function checkExactNames(at: string, names: unknown): void {
  if (names === undefined) return
  checkStrings(at, names)
  const pattern = names.find((name) => name.endsWith('*'))
  if (pattern !== undefined) throw optionError(at, 'exact names', pattern, 'Write every name in full.')
}

/** A name that no Cookie field can hold, or a `*` in its middle, would never match, and nobody would notice. */
function checkCookieNames(at: string, names: readonly string[] | undefined): void {
  const wrong = names?.find((name) => /[\s=;]|\*./.test(name))
  if (wrong === undefined) return
  throw optionError(at, 'names of cookies', wrong, 'A * may only end it.')
}

/** RFC 9110 5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

function checkHeaderName(at: string, name: string): void {
  if (!TOKEN.test(name)) throw optionError(at, 'names of headers', name, 'Write the name alone.')
}

function checkKeyedHeaders(headers: Readonly<Record<string, unknown>>): void {
  checkObject('key.headers', headers)
  const seen = new Set<string>()
  for (const [name, how] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    checkHeaderName('key.headers', name)
    const mistake = seen.has(lower) ? 'Name it once.' : whyNotKeyed(lower)
    if (mistake !== undefined) throw optionError('key.headers', 'headers that tell pages apart', name, mistake)
    if (how !== true) checkBucket(`key.headers.${name}`, how)
    seen.add(lower)
  }
}

function checkPassedHeaders(names: unknown): void {
  checkStrings('key.passThrough', names)
  for (const name of names) {
    checkHeaderName('key.passThrough', name)
    const mistake = whyNotPassed(name.toLowerCase())
    if (mistake !== undefined) {
      throw optionError('key.passThrough', 'headers that cannot change the page', name, mistake)
    }
  }
}

function checkContradictions(key: KeyOptions, bypass: BypassOptions): void {
  const { cookies = [], headers = {}, passThrough = KEY_DEFAULTS.passThrough, ignoreQuery = [], allowQuery = [] } = key
  const sessions = nameList(bypass.cookies ?? [])
  const bypassing: readonly string[] = bypass.query ?? KEY_DEFAULTS.bypassQuery
  const keyed = Object.keys(headers).map((name) => name.toLowerCase())
  const session = cookies.find((name) => sessions.entryFor(name) !== undefined)
  refuseBoth('key.cookies', 'bypass.cookies', session)
  const passed = passThrough.find((name) => keyed.includes(name.toLowerCase()))
  refuseBoth('key.passThrough', 'key.headers', passed)
  const dropped = allowQuery.find((name) => ignoreQuery.includes(name))
  refuseBoth('key.allowQuery', 'key.ignoreQuery', dropped)
  const personal = ignoreQuery.find((name) => bypassing.includes(name))
  refuseBoth('key.ignoreQuery', 'bypass.query', personal)
}

/** `name` stands in both options, be it by default. */
function refuseBoth(one: string, other: string, name: string | undefined): void {
  if (name === undefined) return
  throw optionError(one, `apart from ${other}`, name, 'Name it in one of them only.')
}
