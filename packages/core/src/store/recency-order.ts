/** Where nothing comes before, or after. */
export const NO_TURN = 0

const FIRST_ROOM = 16

/**
 * Turns in the order of their last use, named by numbers. A list of objects would do the same by five writes of which the garbage collector has to hear, to
 * objects that lie anywhere in memory: a hit by a ready key took a twelfth longer.
 */
export class RecencyOrder {
  // By turn. NO_TURN closes the ring: newer than it is the oldest, older than it the newest. Newer than a free turn is the next free one.
  #older = new Int32Array(FIRST_ROOM)
  #newer = new Int32Array(FIRST_ROOM)
  #free = NO_TURN
  /** From here on none was ever taken. */
  #unused = NO_TURN + 1

  get oldest(): number {
    return at(this.#newer, NO_TURN)
  }

  /** Which was used next. */
  after(turn: number): number {
    return at(this.#newer, turn)
  }

  /** Takes a turn, as the newest. */
  add(): number {
    const turn = this.#taken()
    this.#append(turn)
    return turn
  }

  /** Makes it the newest. */
  use(turn: number): void {
    if (at(this.#older, NO_TURN) === turn) return
    this.#unlink(turn)
    this.#append(turn)
  }

  /** It is free for another. */
  remove(turn: number): void {
    this.#unlink(turn)
    this.#newer[turn] = this.#free
    this.#free = turn
  }

  #taken(): number {
    const turn = this.#free
    if (turn === NO_TURN) return this.#neverTaken()
    this.#free = at(this.#newer, turn)
    return turn
  }

  #neverTaken(): number {
    if (this.#unused === this.#newer.length) {
      this.#older = twiceAsLong(this.#older)
      this.#newer = twiceAsLong(this.#newer)
    }
    return this.#unused++
  }

  #append(turn: number): void {
    const newest = at(this.#older, NO_TURN)
    this.#older[turn] = newest
    this.#newer[turn] = NO_TURN
    this.#newer[newest] = turn
    this.#older[NO_TURN] = turn
  }

  #unlink(turn: number): void {
    const older = at(this.#older, turn)
    const newer = at(this.#newer, turn)
    this.#newer[older] = newer
    this.#older[newer] = older
  }
}

function at(turns: Int32Array, turn: number): number {
  return turns[turn] as number // both are as long as there are turns
}

function twiceAsLong(turns: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(turns.length * 2)
  longer.set(turns)
  return longer
}
