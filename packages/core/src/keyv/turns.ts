/** Work on one thing goes one after another, work on different things side by side: what is read before a write still stands when it is written. */
export class Turns {
  /** The last in each queue; gone when the queue is. */
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `work` when all that asked for `name` before is done, whatever became of it. */
  take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(name) ?? Promise.resolve()).then(work, work)
    this.#last.set(name, turn)
    const leave = (): void => {
      if (this.#last.get(name) === turn) this.#last.delete(name)
    }
    turn.then(leave, leave)
    return turn
  }
}
