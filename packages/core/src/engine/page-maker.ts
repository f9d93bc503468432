import type { Clock } from '../clock.ts'
import type { PageNotes } from '../context/page-context.ts'
import { type Field, fieldValue } from '../fields.ts'
import { type EncodablePolicy, isEncodable, withEncodingVary } from '../rules/encodable.ts'
import { lifetimesOf, type Said, settling } from '../rules/policy.ts'
import { type JudgedResponse, judge, type StorablePolicy, type Verdict } from '../rules/storable.ts'
import { type Entry, olderGeneration, type Remarks } from '../store/entry.ts'
import { type Flight, tokenOf } from './flight.ts'
import type { Keyed } from './keyed.ts'
import { makeEntry } from './make-entry.ts'
import type { News } from './news.ts'
import { originPage } from './origin-page.ts'
import type { Run } from './run.ts'

/** Every shared render is given the Host of its key, and the same Accept: what its page says of them it cannot have from a visitor. */
const SAME_FOR_ALL: readonly string[] = ['accept', 'host']

/** What a render gave. */
export interface Given {
  readonly response: JudgedResponse
  readonly notes: PageNotes
  /** When its head was there. */
  readonly receivedAt: number
  /** The page that was kept, where the render vouched for it, and the response is that page: what was said of it then is true still. */
  readonly before?: Entry | undefined
}

/** A page for all. */
export interface Made {
  readonly kind: 'made'
  readonly entry: Entry
  /** Request fields by which it differs from others of its URL, where the app's own fields decide. */
  readonly vary: readonly string[]
}

/** Why what was given is no page for all. */
export type Refused = Exclude<Verdict, { kind: 'shareable' }>

/** What pages are made by. */
export interface PageMakerParts {
  readonly clock: Clock
  readonly news: News
  readonly build: string
  readonly staleMaxAge: number
  readonly maxTags: number
  /** Headers, lower case, that the key holds. */
  readonly keyedHeaders: readonly string[]
  /** Which pages may be sent encoded; `false`: none, and what they say of it stands. */
  readonly encodable: EncodablePolicy | false
}

/** A page that is sent as it is. */
const UNENCODED: EncodablePolicy = Object.freeze({ types: [], minBytes: 0 })

/** Makes pages that may be kept of what renders gave. */
export class PageMaker {
  readonly #o: PageMakerParts
  /** By what a route's rule says, or the cache's options where it does not. */
  readonly #varyCovered = new WeakMap<readonly string[], ReadonlySet<string>>()

  constructor(parts: PageMakerParts) {
    this.#o = parts
  }

  /** The page, or why it is none for all. */
  make(run: Run, given: Given): Made | Refused {
    return run.origin === undefined ? this.#byPolicy(run, given) : originPage(run, run.origin, given, this.#o)
  }

  #byPolicy(run: Run, { response, notes, before }: Given): Made | Refused {
    const { slot } = run.flight
    const tags = [...new Set([...slot.route.tags, ...(before?.tags ?? []), ...notes.tags])]
    const verdict = judge(response, this.#policy(slot, notes, tags.length))
    if (verdict.kind !== 'shareable') return verdict
    const remarks = remarksOf(before, notes.said, response.fields)
    const { status, body } = response
    const { variants } = before ?? {}
    const entry = this.#entry(run, notes, {
      status,
      fields: withEncodingVary(verdict.fields, response, this.#encodable(run.flight, response, before)),
      body,
      tags,
      remarks,
      ...(variants && { variants }),
    })
    return { kind: 'made', entry, vary: [] }
  }

  /** Why a page that was kept before is sent as it is may have been said then, and not be among its fields. */
  #encodable({ slot, opening }: Flight, response: JudgedResponse, before: Entry | undefined): EncodablePolicy | false {
    const { encodable } = this.#o
    if (encodable === false) return false
    if (!slot.route.encoding || (before !== undefined && !isEncodable(before))) return UNENCODED
    // What is said in a head, before anybody knows the size, stands.
    return response.isOpen === true || opening !== undefined ? { ...encodable, minBytes: 0 } : encodable
  }

  #policy({ route, url, canonicalTarget }: Keyed, notes: PageNotes, tagCount: number): StorablePolicy {
    const { maxTags } = this.#o
    const { types, setCookie, ignoreVary } = route
    const varyCovered = this.#varyCovered.get(ignoreVary) ?? this.#covering(ignoreVary)
    return { url, canonicalTarget, types, setCookie, varyCovered, maxTags, tagCount, isPrivate: notes.isPrivate }
  }

  #covering(ignoreVary: readonly string[]): ReadonlySet<string> {
    const ignored = ignoreVary.map((name) => name.toLowerCase())
    const covered = new Set([...SAME_FOR_ALL, ...this.#o.keyedHeaders, ...ignored])
    this.#varyCovered.set(ignoreVary, covered)
    return covered
  }

  #entry({ flight, claim, begun }: Run, notes: PageNotes, page: Page): Entry {
    const { clock, build, news, staleMaxAge } = this.#o
    const { route, url } = flight.slot
    const lifetimes = lifetimesOf(page.status, route, page.remarks ?? {})
    const generation = olderGeneration(begun.generation, notes.generation ?? begun.generation)
    const dated = { tags: page.tags, generation, renderStartedAt: begun.at }
    const word = news.index.verdict(url, dated)
    const soon = word.kind === 'valid' && word.settling
    return makeEntry({
      ...page,
      ...dated,
      build,
      token: tokenOf(claim),
      storedAt: clock.now(),
      lifetimes: soon ? settling(lifetimes, staleMaxAge) : lifetimes,
      limits: notes.limits,
    })
  }
}

type Page = Pick<Entry, 'status' | 'fields' | 'body' | 'tags' | 'remarks'> & Partial<Pick<Entry, 'variants'>>

/** What is said now replaces what was said of the page before; the rest stands. */
function remarksOf(before: Entry | undefined, said: Said, fields: readonly Field[]): Remarks | undefined {
  const etag = fieldValue(fields, 'etag')
  const remarks: Remarks = { ...before?.remarks, ...said, ...(etag === undefined ? {} : { etag }) }
  return Object.keys(remarks).length === 0 ? undefined : remarks
}
