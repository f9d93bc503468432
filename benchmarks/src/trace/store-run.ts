import { type Entry, type MemoryStore, memoryStore, type StoreKey } from '@ssr-cache/core'

/** What a trace gave with one bound. */
export interface StoreFigures {
  /** Pages that the store could keep. */
  readonly entries: number
  readonly requests: number
  readonly hits: number
  /** Of all requests, from 0 to 1. */
  readonly hitRatio: number
}

/** The memory store as an app gets it, bounded by number: asked for one page after another, and given each that it has not. */
export class StoreRun {
  readonly #entries: number
  readonly #store: MemoryStore
  readonly #page: Entry
  #requests = 0
  #hits = 0

  constructor(entries: number) {
    this.#entries = entries
    // Bytes must not decide.
    this.#store = memoryStore({ maxEntries: entries, maxBytes: Number.MAX_SAFE_INTEGER })
    this.#page = pageOf(this.#store)
  }

  ask(id: number): void {
    const key = keyOf(id)
    this.#requests++
    if (this.#store.get(key, { since: this.#store.log.head }).value !== undefined) this.#hits++
    else this.#store.set(key, this.#page, { if: { absent: true } })
  }

  get figures(): StoreFigures {
    const { requests, hits } = { requests: this.#requests, hits: this.#hits }
    return { entries: this.#entries, requests, hits, hitRatio: requests === 0 ? 0 : hits / requests }
  }

  /** Without it the store's timer would keep the process. */
  close(): void {
    this.#store.close()
  }
}

function keyOf(id: number): StoreKey {
  const url = `https://trace.example/${id}`
  return { id: String(id), full: url, url, variant: '' }
}

/** One that never ends: a trace has no clock. */
function pageOf({ log }: MemoryStore): Entry {
  const never = Number.MAX_SAFE_INTEGER
  return {
    kind: 'page',
    status: 200,
    fields: [],
    body: new Uint8Array(1),
    variants: [],
    etag: 'W/"trace"',
    tags: [],
    build: '',
    generation: log.head,
    token: 1n,
    renderStartedAt: 0,
    storedAt: 0,
    freshUntil: never,
    staleUntil: never,
    errorUntil: never,
    deleteAt: never,
  }
}
