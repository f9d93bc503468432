import type { Clock, Timer } from '../clock.ts'

/** Instants are rounded up to this: the timer fires at most once in it, and what ended is gone at most this late. */
const SLOT_MS = 1_000
/** The longest sleep: platform timers overflow past 24 days, and a clock that jumps is noticed within the hour. */
const LONGEST_SLEEP_MS = 3_600_000
/** What ends in one go, some milliseconds' work; the rest follows after whatever else waits. */
const SWEEP_LIMIT = 10_000

/** Tells when kept things have reached their end, without being asked: one timer for all, none while nothing is kept. */
export class Expiry {
  readonly #clock: Clock
  readonly #onEnd: (id: string) => void
  /** Ids by the slot that they end in. */
  readonly #slots = new Map<number, Set<string>>()
  #timer: Timer | undefined
  #wakeSlot = Number.POSITIVE_INFINITY

  constructor(clock: Clock, onEnd: (id: string) => void) {
    this.#clock = clock
    this.#onEnd = onEnd
  }

  add(id: string, endsAt: number): void {
    const slot = slotOf(endsAt)
    const ids = this.#slots.get(slot)
    if (ids === undefined) this.#slots.set(slot, new Set([id]))
    else ids.add(id)
    if (slot < this.#wakeSlot) this.#wakeAt(slot)
  }

  /** `endsAt` as it was added. */
  remove(id: string, endsAt: number): void {
    const slot = slotOf(endsAt)
    const ids = this.#slots.get(slot)
    if (ids?.delete(id) && ids.size === 0) this.#slots.delete(slot)
    if (this.#slots.size === 0) this.#sleep()
  }

  clear(): void {
    this.#slots.clear()
    this.#sleep()
  }

  #wakeAt(slot: number): void {
    this.#sleep()
    this.#wakeSlot = slot
    const ms = Math.max(0, slot * SLOT_MS - this.#clock.now())
    this.#timer = this.#clock.schedule(Math.min(ms, LONGEST_SLEEP_MS), () => this.#sweep())
  }

  #sleep(): void {
    if (this.#timer !== undefined) this.#clock.cancel(this.#timer)
    this.#timer = undefined
    this.#wakeSlot = Number.POSITIVE_INFINITY
  }

  #sweep(): void {
    this.#sleep()
    const now = this.#clock.now()
    let next = Number.POSITIVE_INFINITY
    let left = SWEEP_LIMIT
    for (const [slot, ids] of this.#slots) {
      if (slot * SLOT_MS <= now) left = this.#end(slot, ids, left)
      if (ids.size > 0) next = Math.min(next, slot)
      if (left === 0) break
    }
    if (next < Number.POSITIVE_INFINITY) this.#wakeAt(next)
  }

  /** Ends at most `limit` of a slot's ids; gives back what is left of the limit. */
  #end(slot: number, ids: Set<string>, limit: number): number {
    let left = limit
    for (const id of ids) {
      if (left-- === 0) return 0
      ids.delete(id)
      this.#onEnd(id)
    }
    this.#slots.delete(slot)
    return left
  }
}

function slotOf(endsAt: number): number {
  return Math.ceil(endsAt / SLOT_MS)
}
