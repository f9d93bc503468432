// Checks of options by hand, for the three sub-paths that run in browsers and must not pull in zod. Each throws in STYLE's form.
import { optionError } from './errors.ts'

/** Refuses names that are not among `known`, and says which one was probably meant. */
export function refuseUnknown(at: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const nearest = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase())
    const wayOut = nearest === undefined ? `Known are: ${known.join(', ')}.` : `Write ${nearest}.`
    throw optionError(
      optionPath(at, name),
      'left out (there is no such option)',
      (options as Record<string, unknown>)[name],
      wayOut,
    )
  }
}

export function checkObject(at: string, value: unknown): asserts value is object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return
  throw optionError(at, 'an object', value, 'Write { … }.')
}

export function checkStrings(at: string, value: unknown): asserts value is readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')) return
  throw optionError(at, 'a list of non-empty strings', value, "Write ['…'].")
}

export function checkFunction(at: string, value: unknown): void {
  if (typeof value !== 'function') throw optionError(at, 'a function', value, 'Hand in a function.')
}

/** A whole number from `least` on. */
export function checkCount(at: string, value: unknown, least: number): asserts value is number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return
  throw optionError(at, `a whole number >= ${least}`, value, `Write ${least} or more.`)
}

/** `key` and `cookies` are `key.cookies`. */
export function optionPath(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`
}
