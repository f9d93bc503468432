import type { Now } from '../store/store.ts'

/** Whether a value is only promised: a store that can answer at once gives the value itself. */
export function isLater<T>(value: Now<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function'
}

/** Goes on at once where the value is there, later where it is promised. */
export function andThen<T, U>(value: Now<T>, next: (value: T) => Now<U>): Now<U> {
  return isLater(value) ? value.then(next) : next(value)
}
