import { type Encoding, IDENTITY, type Wanted, wantedBy } from '../rules/accept-encoding.ts'
import { RecencyMap } from '../store/recency-map.ts'

const MEMO_BYTES = 256 * 1024
const ENTRY_BYTES = 300

/** Reads each Accept-Encoding field once, as long as it is remembered. Fields that mean the same give the same object. */
export class Wishes {
  readonly #offered: readonly Encoding[]
  readonly #memo = new RecencyMap<Wanted>({ maxBytes: MEMO_BYTES, newStrings: true })
  /** There are few. */
  readonly #meanings = new Map<string, Wanted>()
  /** Most browsers send the same, and to compare it takes a fraction of any look-up. */
  #lastField = ''
  #last: Wanted

  constructor(offered: readonly Encoding[]) {
    this.#offered = offered
    this.#last = wantedBy('', offered)
  }

  of(field: string): Wanted {
    if (field === this.#lastField) return this.#last
    const known = this.#memo.get(field) ?? this.#read(field)
    if (2 * field.length > MEMO_BYTES) return known
    this.#lastField = field
    this.#last = known
    return known
  }

  #read(field: string): Wanted {
    const read = this.#one(wantedBy(field, this.#offered))
    const bytes = ENTRY_BYTES + 2 * field.length
    if (bytes <= MEMO_BYTES) this.#memo.set(field, read, bytes)
    return read
  }

  #one(wanted: Wanted): Wanted {
    if (wanted === IDENTITY) return wanted
    const name = `${wanted.encodings} ${wanted.refusesIdentity}`
    const known = this.#meanings.get(name)
    if (known === undefined) this.#meanings.set(name, wanted)
    return known ?? wanted
  }
}
