import type { Now } from '../store/store.ts'
import { isLater } from './later.ts'
import type { Plan } from './plan.ts'
import type { RequestLike } from './visitor.ts'

/** Something that a visitor waits in. */
export interface Leavable {
  leave(): void
}

/** A visitor's stay: what they wait in is left when they hang up, and so is whatever they would wait in after that. */
export class Stay {
  #wait: Leavable | 'over' | undefined

  /** They wait in this from now on. */
  waitIn(wait: Leavable): void {
    if (this.#wait === 'over') wait.leave()
    else this.#wait = wait
  }

  /** They have hung up. */
  left(): void {
    const wait = this.#wait
    this.#wait = 'over'
    if (wait !== 'over') wait?.leave()
  }
}

/** What a plan has promised to a visitor who hangs up by the signal of a Request: nothing listens to it for what is there at once, nor later than that. */
export async function whileThere<T>(value: Now<T>, plan: Pick<Waited, 'left'>, request: RequestLike): Promise<T> {
  if (!isLater(value)) return value
  const { signal } = request as { readonly signal?: unknown } // of a Request, from wherever that is
  if (!(signal instanceof AbortSignal)) return value
  const leave = (): void => plan.left?.()
  signal.addEventListener('abort', leave)
  if (signal.aborted) leave()
  try {
    return await value
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

/** A plan whose visitor may have to wait. */
type Waited = Extract<Plan, { kind: 'shared' | 'bypass' }>
