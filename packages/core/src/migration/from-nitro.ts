import { MAX_SECONDS } from '../cache-control/delta-seconds.ts'
import { consoleLogger } from '../engine/logger.ts'
import { optionError } from '../errors.ts'
import { type BypassOptions, KEY_DEFAULTS, type KeyOptions } from '../key/key-options.ts'
import { whyNotKeyed } from '../key/unfit-headers.ts'
import { checkCount, checkObject, checkStrings, checkSynchronous, refuseUnknown } from '../option-checks.ts'
import type { AdmissionOptions } from '../options/admission-options.ts'
import { defined } from '../options/defined.ts'
import type { RenderCacheOptions } from '../options/render-cache-options.ts'
import { type NitroEvent, VisitorEvent } from './nitro-event.ts'
import { NITRO_MAPPED, NITRO_NOT_MAPPED, OF_NITRO_3 } from './nitro-names.ts'
import type { FromNitro, NitroOptions } from './nitro-options.ts'
import { tellOfOthers, type Warn, warnings } from './warnings.ts'

/** As the options are read here: whatever the event is called, it is made here. */
type Given = NitroOptions<NitroEvent>

/**
 * Options of `createRenderCache` that do what these options of Nitro's cached handlers do. What has no meaning here is told in the log, one line each with the way
 * out, and left out.
 * @throws ERR_SSR_CACHE_OPTION for a value that Nitro would not take either, and for an async `shouldBypassCache`.
 * @example createRenderCache({ ...fromNitroOptions({ maxAge: 60, varies: ['accept-language'] }), hosts: ['shop.example'] })
 */
export function fromNitroOptions<Event = NitroEvent>(
  options: NitroOptions<Event>,
  { version = 2, logger, ...rest }: FromNitro = {},
): RenderCacheOptions {
  checkObject('fromNitroOptions', options)
  refuseUnknown('fromNitroOptions', rest, ['version', 'logger'])
  if (version !== 2 && version !== 3) throw optionError('fromNitroOptions.version', '2 or 3', version, 'Write 2.')
  const given = defined(options) as unknown as Given // the event of h3 has all that it is given here, as far as helpers look
  const warn = warnings('fromNitroOptions', logger ?? consoleLogger)
  tellOfOthers(given, { mapped: NITRO_MAPPED, notMapped: NITRO_NOT_MAPPED }, warn)
  if (version === 2 && given.swr === undefined) tellOfVersion(given, warn)
  return defined({
    ...lifetimes(given, version, warn),
    key: keyOf(given, version, warn),
    bypass: bypassOf(given),
    build: buildOf(given, warn),
    admission: limits(given, version),
    maxPageBytes: maxPageBytes(given),
    stream: given.stream === true ? 'first' : 'whole',
    // Nitro 3 takes it away from every page, Nitro 2 keeps no page that has it.
    setCookie: version === 3 ? 'strip' : 'refuse',
    logger,
  })
}

const at = (name: string): string => `fromNitroOptions.${name}`

type Lifetimes = Required<Pick<RenderCacheOptions, 'maxAge' | 'staleWhileRevalidate' | 'staleIfError'>>

const NOTHING_KEPT: Lifetimes = { maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 }

function lifetimes({ maxAge = 1, headersOnly, ...stale }: Given, version: 2 | 3, warn: Warn): Lifetimes {
  checkSeconds('maxAge', maxAge, 0)
  const window = staleWindow(stale, version)
  if (headersOnly === true) return NOTHING_KEPT
  if (maxAge > 0) return { maxAge, staleWhileRevalidate: window, staleIfError: window }
  if (version === 2)
    warn('maxAge', 'is 0, which Nitro 2 takes for "for ever". Here nothing is kept: write the seconds that you mean.')
  return NOTHING_KEPT
}

/** A year, as HTTP has always spelt it: caches downstream are told of it, and a purge may not reach them all. */
const FOR_EVER = 31_536_000

/** What is served while it is refreshed there stays when the refresh fails, so that both windows are one. */
function staleWindow({ staleMaxAge, swr }: Pick<Given, 'staleMaxAge' | 'swr'>, version: 2 | 3): number {
  if (staleMaxAge !== undefined) checkSeconds('staleMaxAge', staleMaxAge, -1)
  if (!(swr ?? version === 2)) return 0
  return staleMaxAge === undefined || staleMaxAge === -1 ? FOR_EVER : staleMaxAge
}

function checkSeconds(name: string, value: unknown, least: number): void {
  checkCount(at(name), value, least, 'seconds')
  if (value > MAX_SECONDS) throw optionError(at(name), `seconds <= ${MAX_SECONDS}`, value, `Write ${MAX_SECONDS}.`)
}

function keyOf({ varies, allowQuery, allowCookies }: Given, version: 2 | 3, warn: Warn): KeyOptions | undefined {
  const headers = keyedHeaders(varies, warn)
  if (allowCookies !== undefined) checkStrings(at('allowCookies'), allowCookies)
  const key = defined({
    headers,
    passThrough: passThrough(headers),
    cookies: allowCookies && unique(allowCookies),
    allowQuery: queryNames(allowQuery ?? version === 2),
  })
  return Object.keys(key).length === 0 ? undefined : key
}

/** Part of every key, or of none, here as there: nobody need be told. */
const UNDERSTOOD: readonly string[] = ['host', 'accept-encoding']

function keyedHeaders(varies: readonly string[] | undefined, warn: Warn): KeyOptions['headers'] | undefined {
  if (varies === undefined) return undefined
  const named = Array.isArray(varies) ? varies.filter(Boolean) : varies // as Nitro does
  checkStrings(at('varies'), named)
  const keyed = unique(named.map((name) => name.toLowerCase())).filter((name) => {
    const wayOut = whyNotKeyed(name)
    if (wayOut !== undefined && !UNDERSTOOD.includes(name))
      warn('varies', `names ${name}, which no key holds. ${wayOut}`)
    return wayOut === undefined
  })
  return Object.fromEntries(keyed.map((name) => [name, true as const]))
}

/** A header that is keyed does not pass unkeyed. */
function passThrough(headers: KeyOptions['headers'] = {}): readonly string[] | undefined {
  const passed = KEY_DEFAULTS.passThrough.filter((name) => !Object.hasOwn(headers, name))
  return passed.length < KEY_DEFAULTS.passThrough.length ? passed : undefined
}

function queryNames(allowQuery: boolean | readonly string[]): readonly string[] | undefined {
  if (allowQuery === true) return undefined
  if (allowQuery === false) return []
  checkStrings(at('allowQuery'), allowQuery)
  return unique(allowQuery)
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}

function bypassOf({ shouldBypassCache }: Given): BypassOptions | undefined {
  if (shouldBypassCache === undefined) return undefined
  checkSynchronous(at('shouldBypassCache'), shouldBypassCache)
  return { when: (request) => shouldBypassCache(new VisitorEvent(request)) }
}

function buildOf({ integrity }: Given, warn: Warn): RenderCacheOptions['build'] {
  if (!integrity) return undefined // Nitro hashes the code then
  if (typeof integrity === 'string' || typeof integrity === 'number') return { id: String(integrity) }
  warn('integrity', 'is neither text nor number. Write build: { id } with the id of the build.')
  return undefined
}

/** Nitro 2 knows none: as long as a render may take here by default. */
const RESOLVE_SECONDS = { 2: 60, 3: 30 } as const

/** Whoever waits there waits to the end. */
function limits({ maxResolveTime = 0 }: Given, version: 2 | 3): AdmissionOptions {
  const isLimited = maxResolveTime !== 0 && maxResolveTime !== Number.POSITIVE_INFINITY
  if (isLimited) checkCount(at('maxResolveTime'), maxResolveTime, 1, 'seconds')
  const deadlineMs = (isLimited ? maxResolveTime : RESOLVE_SECONDS[version]) * 1000
  return { timeoutMs: deadlineMs, deadlineMs }
}

function maxPageBytes({ maxBodySize = 0 }: Given): number | undefined {
  if (maxBodySize === 0 || maxBodySize === Number.POSITIVE_INFINITY) return undefined
  checkCount(at('maxBodySize'), maxBodySize, 1, 'bytes')
  return maxBodySize
}

/** Where nothing says which Nitro it is but the options that only 3 has. */
function tellOfVersion(given: Given, warn: Warn): void {
  const newer = Object.keys(given).find((name) => OF_NITRO_3.includes(name))
  if (newer === undefined) return
  const mapped = 'what is mapped are the defaults of 2. Write { version: 3 } as second argument, or swr.'
  warn(newer, `is of Nitro 3, where swr is off unless set; ${mapped}`)
}
