import type { Clock } from '../clock.ts'
import type { EncodingSettings } from '../options/encoding-options.ts'
import type { Encoding } from '../rules/accept-encoding.ts'
import { type EncodedVariant, type Entry, isPacked } from '../store/entry.ts'
import type { StoreKey } from '../store/store.ts'
import { Gate } from './admission/gate.ts'
import type { Lane } from './admission/lane.ts'
import type { Background } from './background.ts'
import { AVAILABLE, decoded, encoded } from './content-coding.ts'
import { FirstSights } from './first-sights.ts'
import type { GuardedStore } from './guarded-store.ts'
import type { News } from './news.ts'

/** As many as Node has threads for it, unless told otherwise. */
const CONCURRENCY = 4
/** Of each kind: those that a visitor waits for, and those that nobody does. */
const QUEUE_LIMIT = 100

/** Where nobody waits for it, it lets others by. */
function laneOf(isPatient: boolean): Lane {
  return isPatient ? 'refresh' : 'visitor'
}

/** What encodings need from the rest of the engine. */
export interface EncodingParts {
  readonly settings: EncodingSettings
  readonly maxPageBytes: number
  readonly clock: Clock
  readonly store: GuardedStore
  readonly news: News
  readonly background: Background
  readonly failed: (error: unknown) => void
}

/** An encoding that is being made: its bytes, if it is worth it, and then the write that keeps them. */
export interface Job {
  readonly made: Promise<EncodedVariant | undefined>
  readonly kept: Promise<void>
}

/** Makes each encoded form of a page once, a few at a time, and writes it onto the page. */
export class EncodingJobs {
  /** Those that this Node has and that are not turned off, the best first. */
  readonly encodings: readonly Encoding[]
  readonly #o: EncodingParts
  readonly #gate = new Gate({ concurrency: CONCURRENCY, queueLimit: QUEUE_LIMIT })
  readonly #jobs = new Map<string, Job>()
  /** What was not worth keeping, or not taken by the store, is not made again for each visitor. */
  readonly #tried = new FirstSights()

  constructor(parts: EncodingParts) {
    this.#o = parts
    this.encodings = AVAILABLE.filter((encoding) => parts.settings[encoding] !== false)
  }

  get size(): { readonly running: number; readonly queued: number } {
    return { running: this.#gate.running, queued: this.#gate.queued }
  }

  close(): void {
    this.#gate.close()
  }

  /** The job that makes this form of a page, while it is under way. */
  find(key: StoreKey, entry: Entry, encoding: Encoding): Job | undefined {
    return this.#jobs.get(nameOf(key, entry, encoding))
  }

  /** Begins what is neither there, nor on its way, nor was tried; `hurried`: somebody waits for that one. */
  begin(key: StoreKey, entry: Entry, encodings: readonly Encoding[], hurried?: Encoding): void {
    const begun = encodings.filter((encoding) => this.#isDue(key, entry, encoding, encoding !== hurried))
    if (begun.length === 0) return
    const others = encodings.flatMap((encoding) => this.find(key, entry, encoding)?.kept ?? [])
    const made = begun.map((encoding) => this.#encode(entry, encoding, encoding !== hurried))
    // One write for all of them, and none beside another's.
    const kept = Promise.all(others)
      .then(() => Promise.all(made))
      .then((variants) => this.#keep(key, entry, variants))
      .finally(() => {
        for (const encoding of begun) this.#jobs.delete(nameOf(key, entry, encoding))
      })
    for (const [i, encoding] of begun.entries()) {
      this.#jobs.set(nameOf(key, entry, encoding), { made: made[i] as Job['made'], kept }) // as many as were begun
    }
    this.#o.background.track(kept)
  }

  #isDue(key: StoreKey, entry: Entry, encoding: Encoding, isPatient: boolean): boolean {
    if (entry.variants.some((there) => there.encoding === encoding)) return false
    const name = nameOf(key, entry, encoding)
    // Asked last: what finds no room now may have its turn later.
    return !this.#jobs.has(name) && this.#gate.room({ lane: laneOf(isPatient) }) !== 'none' && this.#tried.isFirst(name)
  }

  async #encode({ body }: Entry, encoding: Encoding, isPatient: boolean): Promise<EncodedVariant | undefined> {
    const place = await this.#gate.apply({ lane: laneOf(isPatient) }).place
    if (place === undefined) return undefined
    try {
      const bytes = await encoded(encoding, body, Number(this.#o.settings[encoding]))
      return bytes.length < body.length ? { encoding, body: bytes } : undefined
    } catch (error) {
      this.#o.failed(error)
      return undefined
    } finally {
      place.release()
    }
  }

  /** Onto the page only if it is still the same one: what was purged stays purged, and a newer page is left alone. */
  async #keep(key: StoreKey, entry: Entry, made: readonly (EncodedVariant | undefined)[]): Promise<void> {
    const { store, news, clock, settings } = this.#o
    const variants = made.filter((variant) => variant !== undefined)
    if (variants.length === 0) return
    const { value, revision } = await store.get(key, news.index.head, clock.now())
    if (value?.kind !== 'page' || revision === undefined || !isSame(value, entry) || isPacked(value)) return
    const all = [...value.variants.filter((each) => !isAmong(variants, each)), ...variants]
    const changed = settings.keep === 'smallest' ? packed(value, all) : { ...value, variants: all }
    await store.set(key, changed, { revision })
  }

  /** The page as it was rendered, of which only one form is kept. Rejects where too many are decoded already. */
  async unpack({ variants }: Entry): Promise<Uint8Array> {
    const place = await this.#gate.apply().place
    if (place === undefined) throw new Error('too many pages are being decoded')
    try {
      const { encoding, body } = variants[0] as EncodedVariant // of a packed page
      return await decoded(encoding as Encoding, body, this.#o.maxPageBytes) // whoever made it knew no others
    } finally {
      place.release()
    }
  }
}

/** One page's one encoding, whichever objects stand for the page. */
function nameOf({ id }: StoreKey, { token, storedAt, etag }: Entry, encoding: Encoding): string {
  return `${encoding} ${token} ${storedAt} ${etag} ${id}`
}

/** Written by the same render. Without leases nothing but its bytes tells: a validator of the app's own may be none. */
function isSame(page: Entry, { token, generation, body }: Entry): boolean {
  return (
    page.token === token &&
    Buffer.compare(page.body, body) === 0 &&
    page.generation.epoch === generation.epoch &&
    page.generation.position === generation.position
  )
}

function isAmong(variants: readonly EncodedVariant[], { encoding }: EncodedVariant): boolean {
  return variants.some((variant) => variant.encoding === encoding)
}

const NO_BYTES = new Uint8Array()

function packed(page: Entry, variants: readonly EncodedVariant[]): Entry {
  const smallest = variants.reduce((least, each) => (each.body.length < least.body.length ? each : least))
  return { ...page, body: NO_BYTES, variants: [smallest] }
}
