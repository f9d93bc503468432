import type { Admission } from '../plan.ts'
import type { Overdue, WriteOffs } from './write-offs.ts'

/** A place under a cap: taken when it is made, until it is given back. */
export class Place implements Admission, Overdue {
  readonly kind = 'admitted'
  readonly #writeOffs: WriteOffs
  #giveBack: ((hasFailed: boolean) => void) | undefined
  #isOverdue = false

  constructor(giveBack: (hasFailed: boolean) => void, writeOffs: WriteOffs) {
    this.#giveBack = giveBack
    this.#writeOffs = writeOffs
  }

  /** Bound: it is handed on as it stands. */
  readonly release = (): void => {
    if (this.#isOverdue) this.#writeOffs.remove(this)
    this.#end(this.#isOverdue)
  }

  /** Gives it back after work that failed. */
  fail(): void {
    this.#end(true)
  }

  /**
   * Gives it back when the work ends that nobody waits for any more, or for others to use after a grace, as far as that many may go on without a place.
   * `told`: it has not ended in the grace; `isHeld`: and too many others have not, so that its place stays taken.
   */
  outlivedBy(work: Promise<unknown>, told: (isHeld: boolean) => void): void {
    this.#isOverdue = true
    this.#writeOffs.add(this, told)
    void work.then(this.release, this.release)
  }

  pass(): void {
    this.#end(true)
  }

  #end(hasFailed: boolean): void {
    const giveBack = this.#giveBack
    this.#giveBack = undefined
    giveBack?.(hasFailed)
  }
}
