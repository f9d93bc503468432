import type { Clock } from '../clock.ts'
import { selectingNames } from '../origin/variant-key.ts'
import type { Entry, Names } from '../store/entry.ts'
import type { Found, Precondition } from '../store/store.ts'
import type { GuardedStore } from './guarded-store.ts'
import type { Keyed } from './keyed.ts'
import type { News } from './news.ts'
import type { OriginAsk } from './origin-ask.ts'
import type { Span } from './store-calls.ts'

/** Whoever loses so often against others who write the names of one URL keeps nothing this time. */
const MOST_TRIES = 4

/** What writing names needs. */
export interface VariantNamesParts {
  readonly clock: Clock
  readonly store: GuardedStore
  readonly news: News
}

/** Where a page belongs. */
export interface Place {
  readonly slot: Keyed
  /** Whether those who come later find the way. */
  readonly isKnown: boolean
}

/** Keeps by which request fields the responses of a URL have been told apart: written before the page that they lead to. */
export class VariantNames {
  readonly #o: VariantNamesParts

  constructor(parts: VariantNamesParts) {
    this.#o = parts
  }

  /** The key under which the page belongs, and the names that lead to it, written where they were not there. */
  async place(
    slot: Keyed,
    entry: Entry,
    { vary, origin, span }: { readonly vary: readonly string[]; readonly origin: OriginAsk; readonly span: Span },
  ): Promise<Place> {
    const { selects } = origin
    if (vary.length === 0 && slot.base === undefined) return { slot, isKnown: true }
    const { store, news, clock } = this.#o
    const base = slot.base ?? slot
    let needed = selectingNames(slot.names ?? [], vary)
    for (let left = MOST_TRIES; left > 0; left--) {
      const found = await store.get(base, news.index.head, clock.now(), span)
      const known = found.value?.kind === 'names' ? found.value : undefined
      needed = selectingNames(known?.names ?? [], needed)
      if (known !== undefined && leadsTo(known, needed, entry)) return { slot: selects(needed), isKnown: true }
      const written = await store.set(base, namesFor(entry, needed, known), conditionOn(found), span)
      if (written === 'stored') return { slot: selects(needed), isKnown: true }
      if (written !== 'superseded') break
    }
    return { slot: selects(needed), isKnown: false }
  }
}

/** Whether these names are all that is needed, and live as long as the page. */
function leadsTo({ names, deleteAt }: Names, needed: readonly string[], entry: Entry): boolean {
  return names.length === needed.length && deleteAt >= entry.deleteAt
}

function namesFor(entry: Entry, names: readonly string[], known: Names | undefined): Names {
  const { status, generation, token, storedAt, deleteAt } = entry
  return {
    kind: 'names',
    names,
    // Beside a success a failure of the same URL takes no room of its own.
    status: known?.status === 200 ? 200 : status,
    generation,
    token,
    storedAt,
    // What was kept under fewer names is not found any more, and under the same ones nothing is kept for longer.
    deleteAt,
  }
}

/** Over what was read, whatever it is: a page that varied by nothing is not found any more once there are names. */
function conditionOn({ revision }: Found): Precondition {
  return revision === undefined ? { absent: true } : { revision }
}
