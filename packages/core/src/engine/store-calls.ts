import type { Now } from '../store/store.ts'
import type { Circuit } from './circuit.ts'
import type { StoreOperation } from './events.ts'
import { isLater } from './later.ts'
import { type Budget, LateError, type TimeLimit } from './time-limit.ts'

/** What was asked of the store, by promise: what is answered at once is not counted. */
export interface StoreCounts {
  /** Calls that were made. */
  calls: number
  /** Of these, those that failed; a read then counts as a miss. */
  failures: number
  /** Of these, those that were not answered in time. */
  timeouts: number
  /** Calls that were not made, since the store had not answered others. */
  spared: number
}

/** What is told of a failing store. */
export type StoreFailure = (operation: StoreOperation, error: unknown) => void

/** How long a call may take: what is left of a request's budget, all of one, or, where nobody waits, many times that. */
export type Span = Budget | 'one' | 'ample'

/** A call, and what stands in for its answer. */
export interface StoreCall<T> {
  readonly operation: StoreOperation
  /** Where it fails or takes too long. */
  readonly failed: () => T
  /** Where it is not made. */
  readonly spared: () => Now<T>
  readonly span: Span
}

/** What calls of one kind go by. */
export interface StoreCallParts {
  readonly limit: TimeLimit
  /** For calls that nobody waits for. */
  readonly ample: TimeLimit
  /** Without one, calls are always made. */
  readonly circuit: Circuit | undefined
  /** No call is made unless this one is closed, either. */
  readonly above?: Circuit
  readonly counts: StoreCounts
  readonly failed: StoreFailure
}

/** Makes calls of one kind to a store that may fail: in time, or not at all. */
export class StoreCalls {
  readonly #o: StoreCallParts

  constructor(parts: StoreCallParts) {
    this.#o = parts
  }

  /** What the answer is, or what stands in for it. */
  make<T>(call: StoreCall<T>, made: () => Now<T>): Now<T> {
    if (isOver(call.span) || !this.#admits()) return this.spare(call)
    try {
      const answer = made()
      if (isLater(answer)) return this.later(call, answer)
      this.#o.circuit?.succeeded()
      return answer
    } catch (error) {
      return this.thrown(call, error)
    }
  }

  #admits(): boolean {
    const { circuit, above } = this.#o
    if (above !== undefined && above.state !== 'closed') return false
    return circuit?.admits() ?? true
  }

  /** Of a call that is not made. */
  spare<T>({ spared }: Pick<StoreCall<T>, 'spared'>): Now<T> {
    this.#o.counts.spared++
    return spared()
  }

  /** Of one that failed at once. It cost nobody any time, so it opens nothing; but whoever was let through has found the store out of order still. */
  thrown<T>({ operation, failed }: Pick<StoreCall<T>, 'operation' | 'failed'>, error: unknown): T {
    const { circuit } = this.#o
    if (circuit?.state === 'half-open') circuit.failed()
    this.#o.failed(operation, error)
    return failed()
  }

  /** Of one that answers later: what it gives in time. */
  later<T>({ operation, failed, span }: Omit<StoreCall<T>, 'spared'>, answer: Promise<T>): Promise<T> {
    const { limit, ample, counts, circuit } = this.#o
    counts.calls++
    return new Promise((resolve, reject) => {
      const told = {
        answered: (value: T): void => {
          circuit?.succeeded()
          resolve(value)
        },
        failed: (error: unknown): void => {
          try {
            this.#fail(operation, error)
            resolve(failed())
          } catch (thrown) {
            reject(thrown)
          }
        },
      }
      if (span === 'ample') ample.tell(told, answer)
      else limit.tell(told, answer, span === 'one' ? undefined : span)
    })
  }

  #fail(operation: StoreOperation, error: unknown): void {
    const { counts, circuit, failed } = this.#o
    counts.failures++
    if (error instanceof LateError) counts.timeouts++
    circuit?.failed()
    failed(operation, error)
  }
}

function isOver(span: Span): boolean {
  return typeof span === 'object' && span.isOver
}
