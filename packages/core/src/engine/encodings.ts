import type { Field } from '../fields.ts'
import type { RequestHeaders } from '../request.ts'
import { IDENTITY, type Wanted } from '../rules/accept-encoding.ts'
import { isEncodable } from '../rules/encodable.ts'
import { type EncodedVariant, type Entry, isPacked } from '../store/entry.ts'
import type { Now, StoreKey } from '../store/store.ts'
import { isWarming } from '../warm/warming.ts'
import { type EncodedAnswer, type KeptAnswer, type PageAnswer, plainAnswer } from './answers.ts'
import { EncodingJobs, type EncodingParts, type Job } from './encoding-jobs.ts'
import type { Body } from './plan.ts'
import { TimeLimit } from './time-limit.ts'
import { Wishes } from './wishes.ts'

/** How long a visitor waits for an encoding: hundreds of times what a page of 30 KB takes. Then the page goes out as it is. */
const PATIENCE_MS = 200

/**
 * Chooses among the forms of a page. Whoever waited for a render waits for the form that they asked for; the other forms are made behind the first hit that
 * asks for one, so that a page that nobody asks for again costs no more; of a page that is warmed, all are made at once. Hits never wait: they are given the
 * best that is there.
 */
export class Encodings {
  readonly #jobs: EncodingJobs
  readonly #wishes: Wishes
  readonly #patience: TimeLimit
  readonly #keepsSmallest: boolean

  constructor(parts: EncodingParts) {
    this.#jobs = new EncodingJobs(parts)
    this.#wishes = new Wishes(this.#jobs.encodings)
    this.#patience = new TimeLimit(parts.clock, PATIENCE_MS)
    this.#keepsSmallest = parts.settings.keep === 'smallest'
  }

  /** Jobs that run, and those that wait. */
  get size(): { readonly running: number; readonly queued: number } {
    return this.#jobs.size
  }

  /** From now on nothing is begun. */
  close(): void {
    this.#jobs.close()
  }

  /** What a request would rather have than identity. A range is one of identity (RFC 9110 14.2). */
  wanted(headers: RequestHeaders): Wanted {
    const field = headers['range'] === undefined ? headers['accept-encoding'] : undefined
    // Most have sent one line: they are spared a look-up by a variable.
    if (typeof field === 'string') return this.#wishes.of(field)
    return Array.isArray(field) ? this.#wishes.of(field.join(', ')) : IDENTITY
  }

  /** An answer in the form in which it goes out; worked out once for all who are given this answer and want the same. */
  of(key: StoreKey, answer: KeptAnswer, wanted: Wanted): Now<PageAnswer> {
    const known = answer.chosen.get(wanted)
    if (known !== undefined) return known
    if (isWarming()) return this.#ahead(key, answer)
    const chosen = this.#choose(key, answer, wanted)
    answer.chosen.set(wanted, chosen)
    return chosen
  }

  /** Of a page that is kept from now on: where only its smallest form is to be, nobody need ask for it first. */
  stored(key: StoreKey, entry: Entry): void {
    if (this.#keepsSmallest && isEncodable(entry)) this.#jobs.begin(key, entry, this.#jobs.encodings)
  }

  /** A page that is warmed is meant to be asked for, so each of its forms is made. The warm-up waits for them, and for whoever is let by: it asks for no more. */
  async #ahead(key: StoreKey, answer: KeptAnswer): Promise<PageAnswer> {
    const { entry } = answer
    if (!isEncodable(entry) || isPacked(entry)) return answer
    const { encodings } = this.#jobs
    this.#jobs.begin(key, entry, encodings)
    await Promise.all(encodings.map((encoding) => this.#jobs.find(key, entry, encoding)?.kept))
    return answer
  }

  #choose(key: StoreKey, answer: KeptAnswer, wanted: Wanted): Now<PageAnswer> {
    const { entry, isNew } = answer
    if (!isEncodable(entry)) return answer
    const ready = readyIn(answer, wanted)
    if (isPacked(entry)) return ready === answer ? this.#unpacked(answer, wanted) : ready
    const [best] = wanted.encodings
    if (best === undefined) return ready
    if (!isNew && !(ready === answer && wanted.refusesIdentity)) {
      this.#jobs.begin(key, entry, this.#jobs.encodings)
      return ready
    }
    this.#jobs.begin(key, entry, [best], best)
    const job = this.#jobs.find(key, entry, best)
    return job === undefined ? ready : this.#patiently(job, answer, ready)
  }

  async #patiently({ made }: Job, answer: KeptAnswer, ready: PageAnswer): Promise<PageAnswer> {
    try {
      const variant = await this.#patience.of(made)
      return variant === undefined ? ready : encodedAnswer(answer, variant)
    } catch {
      return ready
    }
  }

  /** A page of which only the smallest form is kept, as it is. Nothing remembers its bytes: that would keep both. */
  async #unpacked(answer: KeptAnswer, wanted: Wanted): Promise<PageAnswer> {
    try {
      const { kind, shared, status, fields, asCame } = answer
      return { kind, shared, status, fields, asCame, body: await this.#jobs.unpack(answer.entry) }
    } catch {
      return plainAnswer(503, 'Service Unavailable', 'turned-away', [['retry-after', '5']])
    } finally {
      answer.chosen.delete(wanted)
    }
  }

  /** Identity, for those who read a page at their leisure. */
  identityOf(entry: Entry): Body {
    if (!isPacked(entry)) return entry.body
    const jobs = this.#jobs
    return {
      async *[Symbol.asyncIterator]() {
        yield await jobs.unpack(entry)
      },
    }
  }
}

/** The best that is there of what is wanted, or the page as it is. */
function readyIn(answer: KeptAnswer, { encodings }: Wanted): PageAnswer {
  const { variants } = answer.entry
  for (const wanted of encodings) {
    const variant = variants.find(({ encoding }) => encoding === wanted)
    if (variant !== undefined) return encodedAnswer(answer, variant)
  }
  return answer
}

/** The app's fields speak of the form that it sent: of another they have no length, and a tag that is weak (RFC 9110 8.8.1). */
function ofAnyForm(fields: readonly Field[]): readonly Field[] {
  return fields.flatMap((field): readonly Field[] => {
    if (field[0] === 'content-length') return []
    return field[0] === 'etag' && field[1].startsWith('"') ? [['etag', `W/${field[1]}`]] : [field]
  })
}

function encodedAnswer(answer: KeptAnswer, { encoding, body }: EncodedVariant): EncodedAnswer {
  const { kind, shared, status, asCame } = answer
  const own = asCame ? ofAnyForm(answer.fields) : answer.fields
  const fields = Object.freeze([...own, Object.freeze(['content-encoding', encoding] as const)])
  return Object.freeze({ kind, shared, status, fields, body, asCame, plain: answer })
}
