import { LRUCache } from 'lru-cache'

/**
 * What a memory store keeps its values on: a bounded place that decides by itself what has to go. A policy that knows how often something is asked for
 * fits in here as well as one that knows how recently.
 */
export interface Shelf<T> {
  readonly size: number
  /** Of all that is kept, in the bytes that `set` was told. */
  readonly bytes: number
  /** Reads, and counts as a use. */
  get(id: string): T | undefined
  /** Reads without counting as a use. */
  peek(id: string): T | undefined
  /** Keeps `value`, instead of what was kept under `id`; `bytes` is at least 1 and fits. Others may have to go: `onEvict` is told of each. */
  set(id: string, value: T, bytes: number): void
  delete(id: string): boolean
}

/** What an eviction policy is told. */
export interface ShelfOptions<T> {
  readonly maxBytes: number
  /** Values that may be kept together; `Infinity` where only bytes count. */
  readonly maxEntries: number
  /** Called for what the policy lets go, not for what is deleted or replaced. The shelf must not be written to from here. */
  readonly onEvict: (id: string, value: T) => void
}

/** An eviction policy: makes shelves. One is made at the start, and a new one whenever everything is dropped. */
export type Eviction = <T extends object>(options: ShelfOptions<T>) => Shelf<T>

/** Lets go of what was not asked for for the longest time. */
export const leastRecentlyUsed: Eviction = (options) => new LruShelf(options)

class LruShelf<T extends object> implements Shelf<T> {
  // Without its ttl: it would take time from the platform, and ours comes from the injected clock.
  readonly #kept: LRUCache<string, T>
  readonly #maxEntries: number

  constructor({ maxBytes, maxEntries, onEvict }: ShelfOptions<T>) {
    this.#maxEntries = maxEntries
    // Without its max, too: it would set aside room for that many at once.
    this.#kept = new LRUCache({
      maxSize: maxBytes,
      dispose: (value, id, reason) => {
        if (reason === 'evict') onEvict(id, value)
      },
    })
  }

  get size(): number {
    return this.#kept.size
  }

  get bytes(): number {
    return this.#kept.calculatedSize
  }

  get(id: string): T | undefined {
    return this.#kept.get(id)
  }

  peek(id: string): T | undefined {
    return this.#kept.peek(id)
  }

  set(id: string, value: T, bytes: number): void {
    this.#kept.set(id, value, { size: bytes })
    if (this.#kept.size > this.#maxEntries) this.#kept.pop()
  }

  delete(id: string): boolean {
    return this.#kept.delete(id)
  }
}
