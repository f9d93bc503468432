import type { Field } from '../fields.ts'
import { fieldValue } from '../fields.ts'
import type { Wanted } from '../rules/accept-encoding.ts'
import { forwardedStatus } from '../rules/cache-status.ts'
import {
  type DownstreamSettings,
  FAILURE,
  isLifetimeField,
  lifetimeFields,
  ownFields,
  PERSONAL,
  personalFields,
  type Sendable,
  UNKEYED_DOWNSTREAM,
  varyValue,
} from '../rules/downstream.ts'
import type { Reason } from '../rules/reason.ts'
import { isRedirect, restoredLocation } from '../rules/redirect.ts'
import { mediaType, type UnshareableReason } from '../rules/storable.ts'
import type { Entry } from '../store/entry.ts'
import type { Now } from '../store/store.ts'
import type { UnkeptResponse } from './flight.ts'
import { Page } from './page.ts'
import type { Answer, Body } from './plan.ts'
import type { FailureDetails, Serves, StreamedPage } from './serves.ts'
import type { Slot } from './slots.ts'

/** An answer with bytes; the other kind goes on to the code below. */
export type PageAnswer = Extract<Answer, { kind: 'answer' }>

/** The answer of a kept page, and the same as callers of `lookup` have it: hits of one second share both. */
export class KeptAnswer {
  readonly kind = 'answer'
  readonly shared = true
  readonly status: number
  readonly fields: readonly Field[]
  readonly body: Body
  readonly entry: Entry
  /** For those who waited for its render. */
  readonly isNew: boolean
  readonly asCame: boolean
  #chosen: Map<Wanted, Now<PageAnswer>> | undefined
  #page: Page | undefined

  constructor(
    entry: Entry,
    o: { readonly fields: readonly Field[]; readonly body: Body; readonly isNew: boolean; readonly asCame: boolean },
  ) {
    this.status = entry.status
    this.fields = o.fields
    this.body = o.body
    this.entry = entry
    this.isNew = o.isNew
    this.asCame = o.asCame
  }

  /** The forms in which it goes out, by what visitors want: `Encodings` chooses them. */
  get chosen(): Map<Wanted, Now<PageAnswer>> {
    this.#chosen ??= new Map()
    return this.#chosen
  }

  get page(): Page {
    this.#page ??= new Page(this)
    return this.#page
  }

  /** The same answer with the bytes of `entry`, which are those that it had; `body`: as it is. */
  of(entry: Entry, body: Body): PageAnswer {
    // Nobody else is given this one: it need not be frozen.
    return new KeptAnswer(entry, { fields: this.fields, body, isNew: this.isNew, asCame: this.asCame })
  }

  withoutBytes(): PageAnswer {
    return this.of({ ...this.entry, body: NO_BYTES, variants: [] }, NO_BYTES)
  }
}

const NO_BYTES = new Uint8Array()

/** A kept page in an encoded form; `plain` is the same answer without. */
export interface EncodedAnswer extends PageAnswer {
  readonly plain: PageAnswer
}

/** What goes out alike whoever decides on the page, or is told apart where both are at hand. */
export type OfBothModes = 'withoutBytes' | 'again' | 'thrown' | 'turnedAway' | 'unrendered' | 'declined' | 'inForm'

/** What the answers of one cache have in common. */
export interface AnswerSettings {
  readonly downstream: DownstreamSettings & { readonly cdnKeys: readonly string[] }
  /** Headers of the key, and `cookie` where it holds any: what Vary names. */
  readonly varyNames: readonly string[]
  /** Headers and cookies of the key, by name. */
  readonly keyNames: readonly string[]
  /** The page as it is, where it may be kept in another form. */
  readonly identityOf: (entry: Entry) => Body
}

/** Makes what goes out. A page's own fields are put together once; lifetime and Cache-Status are added per answer. */
export class Answers implements Omit<Serves<Slot, Answer>, OfBothModes | 'asCame' | 'failed'> {
  readonly #downstream: DownstreamSettings
  readonly #varyNames: readonly string[]
  readonly #unkeyedDownstream: boolean
  readonly #contextKeyed: boolean
  readonly #identityOf: AnswerSettings['identityOf']
  readonly #fields = new WeakMap<Entry, readonly Field[]>()

  constructor({ downstream, varyNames, keyNames, identityOf }: AnswerSettings) {
    this.#identityOf = identityOf
    this.#downstream = downstream
    this.#varyNames = varyNames
    this.#unkeyedDownstream = keyNames.some((name) => !downstream.cdnKeys.includes(name))
    this.#contextKeyed = downstream.cdnKeys.includes('context')
  }

  /** A kept page, as `page` says that it may be kept downstream. */
  kept(slot: Slot, entry: Entry, page: Sendable, now: number, cacheStatus: string): PageAnswer {
    const base = restored(slot, entry.status, this.#fields.get(entry) ?? this.#remembered(entry))
    return this.#answer(entry, this.#sent(slot, base, page, now, cacheStatus), false)
  }

  /** What is kept is mostly a copy of that entry, so nothing is remembered of it. */
  rendered(slot: Slot, entry: Entry, page: Sendable, now: number, cacheStatus: string): PageAnswer {
    return this.#answer(entry, this.#sent(slot, this.#base(slot, entry), page, now, cacheStatus), true)
  }

  /** All hits of a second are given one, and so is a crowd that waited. */
  #answer(entry: Entry, fields: readonly Field[], isNew: boolean): PageAnswer {
    return Object.freeze(new KeptAnswer(entry, { fields, body: this.#identityOf(entry), isNew, asCame: false }))
  }

  #sent(slot: Slot, base: readonly Field[], page: Sendable, now: number, cacheStatus: string): readonly Field[] {
    const fields = base.slice()
    const lifetime = this.#lifetime(slot, page, now)
    for (let i = 0; i < lifetime.length; i++) fields.push(lifetime[i] as Field) // i is inside the list
    fields.push(['cache-status', cacheStatus])
    return Object.freeze(fields)
  }

  /** A page that is shared with all who waited and kept by nobody: it has neither lifetime nor window. */
  unkept(slot: Slot, entry: Entry, cacheStatus: string): PageAnswer {
    const fields = [...this.#base(slot, entry), ...PERSONAL, status(cacheStatus)]
    // A crowd is given this one.
    return Object.freeze({
      kind: 'answer',
      status: entry.status,
      fields: Object.freeze(fields),
      body: entry.body,
      shared: false,
    })
  }

  /** Of bytes that nobody has seen yet, there is no validator. */
  streamed(slot: Slot, { response, entry, page }: StreamedPage, now: number, cacheStatus: string): PageAnswer {
    const fields = this.#base(slot, entry).filter(([name]) => name !== 'etag')
    const lifetime = page === undefined ? PERSONAL : this.#lifetime(slot, page, now)
    return answer(response, [...fields, ...lifetime, status(cacheStatus)])
  }

  own(slot: Slot, response: UnkeptResponse, reason: UnshareableReason): PageAnswer {
    return ownAnswer(slot, response, reason)
  }

  failed(response: UnkeptResponse, o: Pick<FailureDetails, 'reason' | 'collapsed'>): PageAnswer {
    return failedAnswer(response, o)
  }

  #lifetime(slot: Slot, page: Sendable, now: number): readonly Field[] {
    if (this.#unkeyedDownstream || (slot.hasContext && !this.#contextKeyed)) return UNKEYED_DOWNSTREAM
    return lifetimeFields(page, now, this.#downstream)
  }

  /** The fields that a page has whoever asks and whenever. */
  #base(slot: Slot, entry: Entry): readonly Field[] {
    return restored(slot, entry.status, this.#made(entry))
  }

  #remembered(entry: Entry): readonly Field[] {
    const fields = this.#made(entry)
    this.#fields.set(entry, fields)
    return fields
  }

  #made(entry: Entry): readonly Field[] {
    const fields = entry.fields.filter(([name]) => name !== 'vary')
    const vary = varyValue(fieldValue(entry.fields, 'vary'), this.#varyNames)
    if (vary !== undefined) fields.push(['vary', vary])
    fields.push(['etag', entry.etag])
    return fields
  }
}

/** A redirect for one visitor, with what was dropped from the visitor's URL. */
function restored({ url, page }: Slot, code: number, fields: readonly Field[]): readonly Field[] {
  const { droppedQuery } = page.url
  if (droppedQuery === '' || !isRedirect(code)) return fields
  return fields.map(
    (field): Field => (field[0] === 'location' ? ['location', restoredLocation(field[1], url, droppedQuery)] : field),
  )
}

/** Reasons for which an answer is one person's, whatever its type. */
const PERSONS: ReadonlySet<string> = new Set<UnshareableReason>(['private', 'set-cookie', 'status'])

/** One visitor's answer, which no cache may keep; of a type that is none of our business, with the app's own fields. */
export function ownAnswer(slot: Slot, response: UnkeptResponse, reason: UnshareableReason | 'off'): PageAnswer {
  const sent = restored(slot, response.status, response.fields).filter(([name]) => !FRAMING.has(name))
  const isForeign = !PERSONS.has(reason) && !slot.route.types.includes(mediaType(fieldValue(sent, 'content-type')))
  const fields = isForeign ? ownFields(sent) : personalFields(sent)
  return answer(response, [
    ...fields,
    status(forwardedStatus(reason === 'off' ? 'bypass' : 'miss', { detail: reason })),
  ])
}

/** The app's own failure, as it came; nobody keeps it. Those who only followed are not given the cookies of whoever led. */
function failedAnswer(
  response: UnkeptResponse,
  { reason, collapsed }: Pick<FailureDetails, 'reason' | 'collapsed'>,
): PageAnswer {
  const isSent = (name: string): boolean => !FRAMING.has(name) && !isLifetimeField(name)
  const fields = response.fields.filter(([name]) => isSent(name) && !(collapsed && name === 'set-cookie'))
  return answer(response, [...fields, ...FAILURE, status(forwardedStatus('miss', { collapsed, detail: reason }))])
}

/** A failure of ours, in plain text. */
export function plainAnswer(code: number, text: string, detail: Reason, more: readonly Field[] = []): PageAnswer {
  const body = new TextEncoder().encode(`${text}\n`)
  const fields: Field[] = [
    ['content-type', 'text/plain; charset=utf-8'],
    ['x-content-type-options', 'nosniff'],
    ...more,
  ]
  return answer({ status: code, fields, body }, [...fields, ...FAILURE, status(forwardedStatus('miss', { detail }))])
}

function answer({ status: code, body }: UnkeptResponse, fields: readonly Field[]): PageAnswer {
  return { kind: 'answer', status: code, fields, body, shared: false }
}

function status(cacheStatus: string): Field {
  return ['cache-status', cacheStatus]
}

/** What the adapter says of one transfer itself. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
