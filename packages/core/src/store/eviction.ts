import { RecencyMap } from './recency-map.ts'

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
export const leastRecentlyUsed: Eviction = (options) => new RecencyMap(options)
