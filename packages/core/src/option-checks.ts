// Checks of options by hand, for the three sub-paths that run in browsers and must not pull in zod. Each throws in STYLE's form.
import { optionError } from './errors.ts'
import { nearestName } from './nearest-name.ts'

/** Refuses names that are not among `known`, and says which one was probably meant. */
export function refuseUnknown(at: string, options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (known.includes(name)) continue
    const nearest = nearestName(name, known)
    const wayOut = nearest === undefined ? `Known are: ${known.join(', ')}.` : `Write ${nearest}.`
    throw optionError(optionPath(at, name), 'left out (there is no such option)', value, wayOut)
  }
}

/** An object to read options from; not a list, a Map or a Date, whose own names would be none. */
export function checkObject(at: string, value: unknown): asserts value is object {
  if (Object.prototype.toString.call(value) === '[object Object]') return
  throw optionError(at, 'an object', value, 'Write { … }.')
}

export function checkStrings(at: string, value: unknown): asserts value is readonly string[] {
  // Not `every`: it skips the holes of a sparse list.
  if (Array.isArray(value) && !Array.from(value).some((item) => typeof item !== 'string' || item === '')) return
  throw optionError(at, 'a list of non-empty strings', value, "Write ['…'].")
}

export function checkFunction(at: string, value: unknown): asserts value is (...args: never[]) => unknown {
  if (typeof value !== 'function') throw optionError(at, 'a function', value, 'Hand in a function.')
}

/** A function whose answer is needed at once: an async one would answer with a promise, which says nothing. */
export function checkSynchronous(at: string, value: unknown): asserts value is (...args: never[]) => unknown {
  checkFunction(at, value)
  if (Object.prototype.toString.call(value) === '[object Function]') return
  throw optionError(at, 'a function that answers at once', value, 'Leave out async.')
}

/** A whole number from `least` on, of `unit` where it has one. */
export function checkCount(at: string, value: unknown, least: number, unit?: string): asserts value is number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return
  const meant = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  const wayOut =
    Number.isSafeInteger(meant) && meant >= least ? `Write ${meant}.` : `Write ${least} or more, without a unit.`
  throw optionError(at, `a whole number${unit === undefined ? '' : ` of ${unit}`} >= ${least}`, value, wayOut)
}

/** `key` and `cookies` are `key.cookies`. */
export function optionPath(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`
}
