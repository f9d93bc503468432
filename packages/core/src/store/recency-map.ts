import { NO_TURN, RecencyOrder } from './recency-order.ts'

/** How much a {@link RecencyMap} holds, and who is told of what has to go. */
export interface RecencyLimits<T> {
  readonly maxBytes: number
  /** @default no bound by number */
  readonly maxEntries?: number
  /**
   * Whether ids come as new strings, as an HTTP parser makes them: V8 takes 130 ns to hash one of those, and 40 to compare it with the last that was found
   * in its place. @default false
   */
  readonly newStrings?: boolean
  /** Called for what makes room, not for what is deleted or replaced. The map must not be written to from here. */
  readonly onEvict?: (id: string, value: T) => void
}

/** A power of two. */
const PLACES = 4_096
/** A place is made from this many characters at most, all over the id. */
const SAMPLES = 32

/** Ids that share a place are found by their hash, so that nobody gains by making such ids. */
function placeOf(id: string): number {
  const { length } = id
  const step = Math.trunc(length / SAMPLES) + 1
  let place = length
  for (let at = length - 1; at >= 0; at -= step) place = (Math.imul(place, 31) + id.charCodeAt(at)) | 0
  return (place ^ (place >>> 12)) & (PLACES - 1)
}

interface Link<T> {
  readonly id: string
  readonly value: T
  readonly bytes: number
  /** In the order of use. */
  readonly turn: number
}

/**
 * A map that lets go of what was asked for least lately. Every request looks into two of them or three, which is why they are our own: a look-up takes half as
 * long as in a cache that also knows lifetimes, statistics and loads.
 */
export class RecencyMap<T> {
  readonly #links = new Map<string, Link<T>>()
  readonly #order = new RecencyOrder()
  /** By turn. */
  readonly #inOrder: (Link<T> | undefined)[] = []
  /** Links that were found by new strings, each in the place of its id. */
  readonly #found: (Link<T> | undefined)[] | undefined
  readonly #maxBytes: number
  readonly #maxEntries: number
  readonly #onEvict: RecencyLimits<T>['onEvict']
  #bytes = 0

  constructor({ maxBytes, maxEntries = Number.POSITIVE_INFINITY, newStrings = false, onEvict }: RecencyLimits<T>) {
    this.#found = newStrings ? new Array(PLACES).fill(undefined) : undefined
    this.#maxBytes = maxBytes
    this.#maxEntries = maxEntries
    this.#onEvict = onEvict
  }

  get size(): number {
    return this.#links.size
  }

  /** Of all that is kept, in the bytes that `set` was told. */
  get bytes(): number {
    return this.#bytes
  }

  /** Reads, and counts as a use. */
  get(id: string): T | undefined {
    const link = this.#find(id)
    if (link === undefined) return undefined
    this.#order.use(link.turn)
    return link.value
  }

  #find(id: string): Link<T> | undefined {
    if (this.#found === undefined) return this.#links.get(id)
    const place = placeOf(id)
    const last = this.#found[place]
    if (last?.id === id) return last
    const link = this.#links.get(id)
    if (link !== undefined) this.#found[place] = link
    return link
  }

  /** Reads without counting as a use. */
  peek(id: string): T | undefined {
    return this.#links.get(id)?.value
  }

  /** From the oldest to the newest, without counting as a use. */
  *values(): Generator<T> {
    for (let turn = this.#order.oldest; turn !== NO_TURN; turn = this.#order.after(turn)) yield this.#at(turn).value
  }

  /** Keeps `value`, instead of what was kept under `id`; `bytes` is no more than fits. Others may have to go. */
  set(id: string, value: T, bytes: number): void {
    this.delete(id)
    const link: Link<T> = { id, value, bytes, turn: this.#order.add() }
    this.#inOrder[link.turn] = link
    this.#links.set(id, link)
    this.#bytes += bytes
    while (this.#bytes > this.#maxBytes || this.#links.size > this.#maxEntries)
      this.#evict(this.#at(this.#order.oldest))
  }

  delete(id: string): boolean {
    const link = this.#links.get(id)
    if (link === undefined) return false
    this.#drop(link)
    return true
  }

  #evict(link: Link<T>): void {
    this.#drop(link)
    this.#onEvict?.(link.id, link.value)
  }

  #drop(link: Link<T>): void {
    this.#links.delete(link.id)
    this.#bytes -= link.bytes
    this.#order.remove(link.turn)
    this.#inOrder[link.turn] = undefined
    if (this.#found?.[placeOf(link.id)] === link) this.#found[placeOf(link.id)] = undefined
  }

  #at(turn: number): Link<T> {
    return this.#inOrder[turn] as Link<T> // one that is taken
  }
}
