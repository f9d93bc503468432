import { hash } from 'node:crypto'
import type { NormalizedUrl, Refusal } from '../key/normalize-url.ts'
import type { KeyNormalizer } from '../key/normalizer.ts'
import { type PageKey, pageKey, type VariantPart } from '../key/variant.ts'
import { variantKey } from '../origin/variant-key.ts'
import type { RequestHeaders, VisitorRequest } from '../request.ts'
import type { Route, RouteTable } from '../rules/routes.ts'
import { owned } from '../store/ownership.ts'
import { RecencyMap } from '../store/recency-map.ts'
import { FirstSights } from './first-sights.ts'
import { Heat } from './heat.ts'
import { HostTable, type KnownHost } from './hosts.ts'
import type { Keyed } from './keyed.ts'
import { wholeKey } from './whole-key.ts'

/** A page's store key with everything that follows from it: worked out once, then found by the URL as it was sent. */
export interface Slot extends Keyed {
  readonly page: PageKey
  /** State from code above is part of the key, which no cache downstream can see. */
  readonly hasContext: boolean
  readonly host: KnownHost
  readonly base?: Slot
}

type SentUrl = Pick<VisitorRequest, 'scheme' | 'host' | 'target'>

/** Everything that follows from the URL alone. */
export interface UrlSlot {
  readonly url: NormalizedUrl
  readonly route: Route
  readonly host: KnownHost
  /** As it was sent: what its variants are remembered by. */
  readonly request: SentUrl
  plain: Slot | undefined
  /** Counted by `Heat`. */
  asked: number
  /** The same page by its own spelling, where this one is not remembered: that one has its askers and variants. */
  readonly canonical?: UrlSlot
}

// Bytes of URLs as sent and of what follows from them; the memos forget what was asked for least lately.
const MEMO_BYTES = 16 * 1024 ** 2
const SLOT_BYTES = 1_000
// Once something had to go, more than this is held for good: no URL takes a sixteenth.
const FULL_BYTES = (MEMO_BYTES * 15) / 16

const SLASH = 0x2f

/** What a slot has beside what follows from its key. */
type More = Pick<Slot, 'hasContext'> & Partial<Pick<Slot, 'url' | 'base' | 'names'>>

const IN_NO_CONTEXT: More = Object.freeze({ hasContext: false })

/** Normalizes each URL once. */
export class Slots {
  readonly heat: Heat
  readonly #memo = new RecencyMap<UrlSlot>({ maxBytes: MEMO_BYTES, newStrings: true })
  readonly #variants = new RecencyMap<Slot>({ maxBytes: MEMO_BYTES })
  readonly #firstSights = new FirstSights()
  readonly #hosts = new HostTable()
  readonly #normalizer: KeyNormalizer
  readonly #places: Pick<KeyNormalizer, 'parts'>
  readonly #routes: RouteTable
  readonly #build: string
  /** Named by the app, hosts need no bound. */
  readonly #namedHost: KnownHost | undefined

  constructor(o: {
    normalizer: KeyNormalizer
    /** Of scope and context alone. */
    places: Pick<KeyNormalizer, 'parts'>
    routes: RouteTable
    build: string
    hostsNamed: boolean
  }) {
    this.heat = new Heat(this.#memo)
    this.#normalizer = o.normalizer
    this.#places = o.places
    this.#routes = o.routes
    this.#build = o.build
    this.#namedHost = o.hostsNamed ? { seen: 0, admission: 0, gone: false } : undefined
  }

  /** URLs that are remembered, their variants, and hosts. */
  get size(): { readonly urls: number; readonly variants: number; readonly hosts: number } {
    return { urls: this.#memo.size, variants: this.#variants.size, hosts: this.#hosts.size }
  }

  find(request: VisitorRequest): UrlSlot | Refusal {
    const known = this.#known(request)
    if (known !== undefined && !known.host.gone) {
      known.host.seen++
      return known
    }
    const url = this.#normalizer.url(request)
    return url.kind === 'refused' ? url : this.#remember(request, url)
  }

  /** Found by its target alone where that was sent to this host first: to join it with the host takes as long as the whole look-up (150 ns). */
  #known(request: SentUrl): UrlSlot | undefined {
    const { scheme, host, target } = request
    // Nothing else is a target; and it begins as no joined text does.
    if (target.charCodeAt(0) !== SLASH) return undefined
    const first = this.#memo.get(target)
    if (first === undefined || (first.request.host === host && first.request.scheme === scheme)) return first
    return this.#memo.get(joined(request))
  }

  #remember({ scheme, host: sentHost, target }: SentUrl, url: NormalizedUrl): UrlSlot {
    const host = this.#namedHost ?? this.#hosts.find(url.host)
    host.seen++
    const request = { scheme, host: sentHost, target }
    const same = this.#sameUrl(url, request, host)
    const route = same?.route ?? this.#routes(url.path)
    // Of another query where the app's own fields decide, whatever is dropped elsewhere.
    const samePage = route.origin === undefined ? same : undefined
    if (samePage !== undefined && url.droppedQuery !== '' && this.#firstSights.isFirst(target))
      return alias(samePage, url, request)
    const made: UrlSlot = { url, route, host, request, plain: undefined, asked: 0 }
    if (samePage?.plain !== undefined) made.plain = sibling(samePage.plain, url)
    // What threw once may have an answer the next time.
    if (route.tagsFault === undefined) this.#keep(made)
    return made
  }

  /** The same page by its own spelling, which spares the others its route and hash. That spelling is its own canonical form, so whoever has it is this page. */
  #sameUrl(url: NormalizedUrl, { scheme, target }: SentUrl, host: KnownHost): UrlSlot | undefined {
    const canonical = url.query === '' ? url.path : `${url.path}?${url.query}`
    if (canonical === target) return undefined
    const known = this.#known({ scheme, host: url.host, target: canonical })
    return known?.host === host ? known : undefined
  }

  #keep(made: UrlSlot): void {
    const { target } = made.request
    if (this.#isFull && this.#firstSights.isFirst(target)) return
    const first = this.#memo.peek(target)
    const isFirst = first === undefined || first.host.gone
    const sent = joined(made.request)
    this.#memo.set(isFirst ? target : sent, made, 3 * sent.length + SLOT_BYTES)
  }

  /** From then on, what comes only once pushes nothing out: in a flood, remembering it took a seventh of each miss. */
  get #isFull(): boolean {
    return this.#memo.bytes > FULL_BYTES
  }

  /** The page of a URL for one request; refused where a keyed value is too long. */
  slot(urlSlot: UrlSlot, request: VisitorRequest): Slot | Refusal {
    const parts = this.#normalizer.parts(request)
    if ('kind' in parts) return parts
    const { canonical, url } = urlSlot
    const slot = this.#slot(canonical ?? urlSlot, parts, request)
    return canonical === undefined ? slot : sibling(slot, url)
  }

  /** The page of a URL where the app's own fields decide, as it was sent: nothing is dropped (RFC 9111 2). What Vary names comes on top, by `varied`. */
  whole(urlSlot: UrlSlot, request: VisitorRequest): Slot | Refusal {
    const { plain, url } = urlSlot
    const hasContext = request.context !== undefined
    if (plain !== undefined && !request.scope && !hasContext) return plain
    // Of headers and cookies no part: Vary says which of them count.
    const parts = this.#places.parts(request)
    if ('kind' in parts) return parts
    const page = wholeKey(url, urlSlot.request.target, parts)
    const more = { hasContext, url: url.url }
    if (parts.length > 0) return this.#remembered(urlSlot, page, more)
    urlSlot.plain = this.#make(page, urlSlot, more)
    return urlSlot.plain
  }

  /** The same page for one request, by the fields that the responses of its URL have been told apart by (RFC 9111 4.1). */
  varied(base: Slot, names: readonly string[], headers: RequestHeaders): Slot {
    const selected = variantKey(names, headers)
    const page = { ...base.page, variant: base.variant + selected, full: `${base.full}\n${selected}` }
    const { hasContext, url } = base
    return this.#remembered(base, page, { hasContext, url, base, names })
  }

  #remembered({ route, host }: Pick<Slot, 'route' | 'host'>, page: PageKey, more: More): Slot {
    const known = this.#variants.get(page.full)
    if (known !== undefined && known.host === host) return known
    const made = this.#make(page, { route, host }, more)
    this.#variants.set(page.full, made, 4 * page.full.length + SLOT_BYTES)
    return made
  }

  #slot(urlSlot: UrlSlot, parts: readonly VariantPart[], { context }: VisitorRequest): Slot {
    if (parts.length > 0) return this.#variant(urlSlot, parts, context !== undefined)
    urlSlot.plain ??= this.#make(pageKey(urlSlot.url, parts), urlSlot)
    return urlSlot.plain
  }

  #variant(urlSlot: UrlSlot, parts: readonly VariantPart[], hasContext: boolean): Slot {
    const page = pageKey(urlSlot.url, parts)
    const sent = `${joined(urlSlot.request)}\n${page.variant}`
    const known = this.#variants.get(sent)
    if (known !== undefined && known.host === urlSlot.host) return known
    // Made anew: a value that was cut out of a header keeps all of the header in memory.
    const own = pageKey(urlSlot.url, JSON.parse(page.variant) as VariantPart[]) // it was made from them
    const made = this.#make(own, urlSlot, { hasContext })
    this.#variants.set(sent, made, 4 * sent.length + SLOT_BYTES)
    return made
  }

  #make(page: PageKey, { route, host }: Pick<Slot, 'route' | 'host'>, more: More = IN_NO_CONTEXT): Slot {
    const { full, variant, url, parts } = page
    const id = this.#idOf(full, host)
    const canonicalTarget = this.#normalizer.target
    // The id is a digest's own text, the others were joined from pieces.
    return Object.freeze(owned({ id, full, variant, url: url.url, parts, page, route, host, canonicalTarget, ...more }))
  }

  /** JSON keeps the three apart whatever they hold. */
  #idOf(full: string, { admission }: KnownHost): string {
    return hash('sha256', JSON.stringify([this.#build, admission, full]), 'base64url')
  }
}

/** A link that was marked for one reader, so that it may never come again: what is remembered of its page will do. */
function alias(canonical: UrlSlot, url: NormalizedUrl, request: SentUrl): UrlSlot {
  const { route, host } = canonical
  return { url, route, host, request, plain: undefined, asked: 0, canonical }
}

/** The slot of the same page by a URL that lost something else. */
function sibling(slot: Slot, url: NormalizedUrl): Slot {
  return Object.freeze({ ...slot, page: Object.freeze({ ...slot.page, url }) })
}

/** Neither a target nor a host that is remembered holds a space: no other request is spelt the same, however malformed. */
function joined({ scheme, host, target }: SentUrl): string {
  return `${scheme} ${target} ${host}`
}
