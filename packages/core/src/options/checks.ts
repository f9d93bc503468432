import { z } from 'zod'
import type { Expectation } from './quantity.ts'

/** A check with the words for what does not pass it. */
export const expect = (check: (value: unknown) => boolean, expected: string, wayOut: string): z.ZodType<never> =>
  z.custom<never>(check, { params: { expected, wayOut: () => wayOut } satisfies Expectation })

/** Names. */
export const strings: z.ZodType<never> = expect(
  (value) => Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== ''),
  'a list of non-empty strings',
  "Write ['…'].",
)

/** The last part of a lifetime. */
export const lastPart: z.ZodType<never> = expect(
  (value) => typeof value === 'number' && value >= 0 && value < 1,
  'a fraction >= 0 and < 1',
  'Write 0.2 for the last fifth of a lifetime, or 0 for never.',
)

// RFC 9110 8.3.1, without parameters: they are not looked at. A range such as text/* would take in what nobody had in mind.
const isMediaType = (value: unknown): boolean =>
  typeof value === 'string' && /^[\w!#$%&'+.^`|~-]+\/[\w!#$%&'+.^`|~-]+$/.test(value)

/** Media types. */
export const mediaTypes: z.ZodType<never> = expect(
  (value) => Array.isArray(value) && value.length > 0 && value.every(isMediaType),
  'a list of media types without parameters',
  "Write ['text/html'], or leave it out.",
)
