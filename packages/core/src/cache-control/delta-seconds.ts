import { optionError } from '../errors.ts'

/** RFC 9111 1.2.2: what is larger counts as this many seconds, 68 years. */
export const MAX_SECONDS = 2_147_483_648

/** The seconds that a run of digits stands for, at most {@link MAX_SECONDS}; `undefined` for anything else (RFC 9111 1.2.2). */
export function deltaSeconds(text: string): number | undefined {
  if (text === '') return undefined
  let seconds = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return undefined
    seconds = Math.min(seconds * 10 + digit, MAX_SECONDS)
  }
  return seconds
}

/** Refuses what is no whole number of seconds that a field can carry. */
export function checkSeconds(at: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_SECONDS) return
  throw optionError(at, `whole seconds >= 0 and <= ${MAX_SECONDS}`, value, wayOut(value))
}

function wayOut(value: unknown): string {
  if (typeof value === 'string') return meant(value)
  if (typeof value !== 'number' || Number.isNaN(value)) return 'Write a number, such as 60.'
  if (value < 0) return 'Write 0.'
  if (value > MAX_SECONDS) return `Write ${MAX_SECONDS}, which is 68 years.`
  return `Write ${Math.floor(value)} or ${Math.ceil(value)}.`
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** What somebody meant who wrote `"5m"`. */
function meant(text: string): string {
  const [, digits, unit = 's'] = /^\s*(\d{1,9})\s*(ms|[smhdw])?\s*$/i.exec(text) ?? []
  const factor = UNIT_SECONDS[unit.toLowerCase()]
  if (digits === undefined || factor === undefined) return 'Write a number, such as 60.'
  return `Write ${Math.min(Math.ceil(Number(digits) * factor), MAX_SECONDS)}.`
}
