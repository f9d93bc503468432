import { shown } from '../errors.ts'
import { misuse } from './usage-error.ts'

/**
 * The number that an option's text names.
 * @throws UsageError for whatever is not a whole number from 1 to `most`.
 */
export function wholeNumber(
  option: string,
  text: string,
  o: { readonly most: number; readonly example: number },
): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= o.most) return count
  misuse(`${option} must be a whole number from 1 to ${o.most}, got ${shown(text)}`, `Write ${option} ${o.example}`)
}
