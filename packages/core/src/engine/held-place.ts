import type { Place } from './admission/place.ts'
import type { Admission, Left } from './plan.ts'
import { type Stay, whileThere } from './stay.ts'
import type { RequestLike } from './visitor.ts'

/** The place of one visitor's own work, for as long as that visitor stays; the work has a grace after that, like a render past its deadline. */
export class HeldPlace implements Admission {
  readonly kind = 'admitted'
  readonly #place: Place
  readonly #stay: Stay
  readonly #told: (isHeld: boolean) => void

  /** `told`: its visitor has left, and the work has not ended in the grace. */
  constructor(place: Place, stay: Stay, told: (isHeld: boolean) => void) {
    this.#place = place
    this.#stay = stay
    this.#told = told
  }

  /** Bound: it is handed on as it stands. */
  readonly release = (): void => {
    this.#place.release()
  }

  heldFor(work: Promise<unknown>): void {
    this.#stay.waitIn({ leave: () => this.#place.outlivedBy(work, this.#told) })
  }
}

/** What the app's own work gives, in a place that is given back when it ends. */
export async function inPlace<T>(
  admission: Admission,
  work: () => T | Promise<T>,
  { plan, request }: { readonly plan: { readonly left?: Left }; readonly request: RequestLike },
): Promise<T> {
  try {
    const given = Promise.resolve(work())
    admission.heldFor?.(given)
    return await whileThere(given, plan, request)
  } finally {
    admission.release()
  }
}
