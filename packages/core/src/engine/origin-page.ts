import { fieldValue } from '../fields.ts'
import { instantsOf } from '../origin/instants.ts'
import { type OriginVerdict, storable } from '../origin/storable.ts'
import { entityTag } from '../origin/validation.ts'
import { selectingNames } from '../origin/variant-key.ts'
import { type EncodablePolicy, isWorthEncoding } from '../rules/encodable.ts'
import type { Instants } from '../rules/freshness.ts'
import { isCutOff, refusedInWords, type WholeResponse } from '../rules/storable.ts'
import { type Entry, olderGeneration } from '../store/entry.ts'
import { tokenOf } from './flight.ts'
import type { OriginAsk } from './origin-ask.ts'
import { isReplacedByKept } from './origin-landing.ts'
import type { Given, Made, PageMakerParts, Refused } from './page-maker.ts'
import type { Run } from './run.ts'

/** By more request fields no URL's responses are told apart: what varies by so much is its visitor's alone. */
const MOST_NAMES = 16

type Storable = Extract<OriginVerdict, { kind: 'storable' }>

/** What may be kept of an answer of the app, by the app's own fields (RFC 9111 3), or why nothing may. */
export function originPage(run: Run, ask: OriginAsk, given: Given, parts: PageMakerParts): Made | Refused {
  const { status, fields } = given.response
  const tags = [...new Set([...run.flight.slot.route.tags, ...(given.before?.tags ?? []), ...given.notes.tags])]
  const said = { isPrivate: given.notes.isPrivate, tagCount: tags.length, maxTags: parts.maxTags }
  const failed = failureOf(run, ask, given) ?? refusedInWords(said)
  if (failed !== undefined) return failed
  const response = { status, fields, requestedAt: run.begun.at, receivedAt: given.receivedAt }
  const verdict = storable(ask.request, response, ask.settings)
  if (ask.storesNothing === true) return { kind: 'unshareable', reason: 'no-store', culprit: 'request' }
  if (verdict.kind === 'unstorable') return status >= 500 ? failure(status) : { ...verdict, kind: 'unshareable' }
  if (selectingNames(run.flight.slot.names ?? [], verdict.vary).length > MOST_NAMES)
    return { kind: 'unshareable', reason: 'vary', culprit: 'too many' }
  return { kind: 'made', entry: entryOf(run, given, { verdict, tags }, parts), vary: verdict.vary }
}

/** An error never replaces what is kept (RFC 9111 4.3.3), and half of a body nothing. */
function failureOf(run: Run, { request }: OriginAsk, { response, before }: Given): Refused | undefined {
  if (isReplacedByKept(run, response)) return failure(response.status)
  // What has no body says how long it would be (RFC 9110 8.6).
  const isBodiless = before !== undefined || request.method === 'HEAD' || response.status === 304
  return !isBodiless && isCutOff(response) ? { kind: 'failure', reason: 'cut-off' } : undefined
}

function failure(status: number): Refused {
  return { kind: 'failure', reason: `status-${status}` }
}

function entryOf(
  { flight, claim, begun }: Run,
  { response, notes, before, receivedAt }: Given,
  { verdict: { fields, life }, tags }: { readonly verdict: Storable; readonly tags: readonly string[] },
  parts: PageMakerParts,
): Entry {
  const { build, news, staleMaxAge, encodable } = parts
  const { bornAt, disconnectedUntil, mayBeStale } = life
  const isEncodable = flight.slot.route.encoding && mayEncode(response, encodable)
  const generation = olderGeneration(begun.generation, notes.generation ?? begun.generation)
  const dated = { tags, generation, renderStartedAt: begun.at }
  const word = news.index.verdict(flight.slot.url, dated)
  const isSettling = word.kind === 'valid' && word.settling
  const times = instantsOf(life, receivedAt)
  return Object.freeze({
    kind: 'page',
    status: response.status,
    fields,
    body: response.body,
    variants: before?.variants ?? [],
    etag: entityTag(fields) ?? '',
    ...dated,
    remarks: undefined,
    build,
    token: tokenOf(claim),
    storedAt: receivedAt,
    ...(isSettling ? settling(times, receivedAt + staleMaxAge * 1000) : times),
    origin: { bornAt, disconnectedUntil, mayBeStale, isEncodable },
  })
}

/** What the app has not encoded itself. */
function mayEncode(response: WholeResponse, policy: EncodablePolicy | false): boolean {
  const isEncoded = fieldValue(response.fields, 'content-encoding') !== undefined
  return policy !== false && !isEncoded && isWorthEncoding(response, policy)
}

/** What was made from data that may not have arrived yet is asked for again soon (`settleMs`). */
function settling(times: Instants, until: number): Instants {
  return { ...times, freshUntil: Math.min(times.freshUntil, until) }
}
