import { z } from 'zod'
import { MAX_SECONDS } from '../cache-control/delta-seconds.ts'

/** What a check says of itself, for the message. */
export interface Expectation {
  readonly expected: string
  /** The way out, from what came. */
  readonly wayOut: (got: unknown) => string
}

/** The number that a text names, or `undefined`. */
type Reader = (text: string) => number | undefined

interface Quantity {
  readonly expected: string
  readonly least: number
  readonly most: number
  /** Reads what was probably meant, for the end of a message. */
  readonly read: Reader
  /** The way out where nothing can be read that would pass. */
  readonly fallback: string
}

function quantity({ expected, least, most, read, fallback }: Quantity): z.ZodType<number> {
  const check = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= least && Number(value) <= most
  const wayOut = (got: unknown): string => {
    if (typeof got === 'number' && Number.isFinite(got) && got > most) return `Write ${most} or less.`
    const meant = typeof got === 'string' ? read(got.trim()) : undefined
    return check(meant) ? `Write ${meant}.` : fallback
  }
  return z.custom<number>(check, { params: { expected, wayOut } satisfies Expectation })
}

/** Reads a number with a unit, each unit being so many of the option's own. */
function withUnit(units: Readonly<Record<string, number>>): Reader {
  return (text) => {
    const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? []
    if (digits === undefined) return undefined
    const name = unit.toLowerCase()
    const singular = name.length > 2 && name.endsWith('s') ? name.slice(0, -1) : name
    const factor = unit === '' ? 1 : Object.hasOwn(units, singular) ? (units[singular] as number) : Number.NaN // its own
    return Number.isNaN(factor) ? undefined : Math.round(Number(digits) * factor)
  }
}

const SPANS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  msec: 1,
  millisecond: 1,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
}

const SPANS_SECONDS = Object.fromEntries(Object.entries(SPANS_MS).map(([unit, ms]) => [unit, ms / 1_000]))

const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  byte: 1,
  k: 1_024,
  kb: 1_024,
  kib: 1_024,
  m: 1_024 ** 2,
  mb: 1_024 ** 2,
  mib: 1_024 ** 2,
  g: 1_024 ** 3,
  gb: 1_024 ** 3,
  gib: 1_024 ** 3,
}

/** Whole seconds: options that HTTP names. */
export const seconds = (least = 0, most: number = MAX_SECONDS): z.ZodType<number> =>
  quantity({
    expected: `seconds >= ${least}${most === MAX_SECONDS ? '' : ` and <= ${most}`}`,
    least,
    most,
    read: withUnit(SPANS_SECONDS),
    fallback: 'Write a whole number of seconds, such as 60.',
  })

// Timers of the platform overflow beyond this.
const LONGEST_MS = 2 ** 31 - 1

/** Milliseconds: every other duration. */
export const milliseconds = (least = 0): z.ZodType<number> =>
  quantity({
    expected: `milliseconds >= ${least}`,
    least,
    most: LONGEST_MS,
    read: withUnit(SPANS_MS),
    fallback: 'Write a whole number of milliseconds, such as 3000.',
  })

/** A size. */
export const bytes = (least = 0): z.ZodType<number> =>
  quantity({
    expected: `bytes >= ${least}`,
    least,
    most: Number.MAX_SAFE_INTEGER,
    read: withUnit(SIZES),
    fallback: 'Write a whole number of bytes, such as 1048576.',
  })

/** A whole number of things. */
export const count = (least = 0): z.ZodType<number> =>
  quantity({
    expected: `a whole number >= ${least}`,
    least,
    most: Number.MAX_SAFE_INTEGER,
    read: withUnit({}),
    fallback: `Write ${least} or more.`,
  })
