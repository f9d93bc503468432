import type { Generation } from '../store/entry.ts'
import type { Datable } from '../store/invalidation-index.ts'
import type { Target } from '../store/store.ts'
import { namesPage } from '../store/target.ts'

/** One purge, and where the log of its process stood with it. */
export interface Purge extends Generation {
  readonly targets: readonly Target[]
}

/** What was purged by the processes that used the database before, one after another. Their logs are gone; that one of them came later is known. */
export class EarlierPurges {
  /** When each process began, by the epoch of its log. */
  readonly #order: ReadonlyMap<string, number>
  readonly #purges: readonly Purge[]

  constructor(epochs: readonly string[], purges: readonly Purge[]) {
    this.#order = new Map(epochs.map((epoch, index) => [epoch, index]))
    this.#purges = purges
  }

  /** Whether a purge newer than the page named it. */
  name(url: string, { generation, tags }: Datable): boolean {
    return this.#purges.some((purge) => {
      return this.#isNewer(purge, generation) && purge.targets.some((target) => namesPage(target, url, tags))
    })
  }

  #isNewer(purge: Generation, page: Generation): boolean {
    if (purge.epoch === page.epoch) return purge.position > page.position
    return this.#orderOf(purge) >= this.#orderOf(page)
  }

  /** Who is not remembered came before all who are. */
  #orderOf({ epoch }: Generation): number {
    return this.#order.get(epoch) ?? -1
  }
}
