import { z } from 'zod'

/** What a check says of itself, for the message. */
export interface Expectation {
  readonly expected: string
  /** The way out, from what came. */
  readonly wayOut: (got: unknown) => string
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** `"5m"` is 300000 milliseconds; `undefined` where a text names no span. */
function spanMs(text: unknown): number | undefined {
  const parts = typeof text === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)?/i.exec(text) : null
  if (parts === null) return undefined
  const unit = parts[2]?.toLowerCase()
  return unit === undefined ? undefined : Number(parts[1]) * (UNITS[unit] as number) // the pattern has no other units
}

/** The number that was probably meant, in `unitMs`, for the end of a message. */
function meant(got: unknown, unitMs: number, fallback: string): string {
  const ms = spanMs(got)
  if (ms !== undefined) return `Write ${Math.round(ms / unitMs)}.`
  const plain = typeof got === 'string' && got.trim() !== '' ? Number(got) : Number.NaN
  if (Number.isFinite(plain)) return `Write ${plain}.`
  return fallback
}

function number(expectation: Expectation, check: (value: number) => boolean): z.ZodType<number> {
  return z.custom<number>((value) => typeof value === 'number' && check(value), { params: { ...expectation } })
}

// The longest lifetime that HTTP has a number for (RFC 9111 1.2.2).
const LONGEST_SECONDS = 2 ** 31

/** Whole seconds: options that HTTP names. */
export const seconds = (least = 0): z.ZodType<number> =>
  number(
    {
      expected: `seconds >= ${least}`,
      wayOut: (got) => meant(got, 1_000, 'Write a whole number of seconds, such as 60.'),
    },
    (value) => Number.isInteger(value) && value >= least && value <= LONGEST_SECONDS,
  )

// Timers of the platform overflow beyond this.
const LONGEST_MS = 2 ** 31 - 1

/** Milliseconds: every other duration. */
export const milliseconds = (least = 0): z.ZodType<number> =>
  number(
    {
      expected: `milliseconds >= ${least}`,
      wayOut: (got) => meant(got, 1, 'Write a whole number of milliseconds, such as 3000.'),
    },
    (value) => Number.isInteger(value) && value >= least && value <= LONGEST_MS,
  )

/** A whole number of things. */
export const count = (least = 0): z.ZodType<number> =>
  number(
    { expected: `a whole number >= ${least}`, wayOut: (got) => meant(got, 1, `Write ${least} or more.`) },
    (value) => Number.isSafeInteger(value) && value >= least,
  )
