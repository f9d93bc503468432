import type { z } from 'zod'
import { optionError, SsrCacheError } from '../errors.ts'
import type { Expectation } from './duration.ts'

/** Validates options with a zod schema and says the first thing that is wrong in the library's own form. */
export function parseOptions<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return parsed.data
  throw toError(parsed.error.issues[0] as z.core.$ZodIssue) // a failure has an issue
}

function toError(issue: z.core.$ZodIssue): SsrCacheError {
  const name = optionName(issue.path)
  const expectation = issue.code === 'custom' ? (issue.params as Expectation | undefined) : undefined
  if (expectation !== undefined) {
    return optionError(name, expectation.expected, issue.input, expectation.wayOut(issue.input))
  }
  if (issue.code === 'unrecognized_keys') return unknownOption(name, issue.keys[0] as string) // it names at least one
  if (issue.code === 'custom') return new SsrCacheError('ERR_SSR_CACHE_OPTION', `"${name}": ${issue.message}`)
  return optionError(name, expectedBy(issue), issue.input, 'See the options table of the README.')
}

/** `routes[0].match` */
function optionName(path: readonly PropertyKey[]): string {
  let name = ''
  for (const step of path) {
    if (typeof step === 'number') name += `[${step}]`
    else name += name === '' ? String(step) : `.${String(step)}`
  }
  return name === '' ? 'options' : name
}

function unknownOption(at: string, key: string): SsrCacheError {
  const name = at === 'options' ? key : `${at}.${key}`
  return new SsrCacheError(
    'ERR_SSR_CACHE_OPTION',
    `"${name}" must be left out: there is no such option. ${MEANT[key] ?? 'See the options table of the README for what there is.'}`,
  )
}

/** Names that other libraries use, and this library's own. */
const MEANT: Readonly<Record<string, string>> = {
  ttl: 'Write maxAge, in seconds.',
  ttlMs: 'Write maxAge, in seconds.',
  maxage: 'Write maxAge.',
  's-maxage': 'Write maxAge: downstream fields are computed from it.',
  sMaxAge: 'Write maxAge: downstream fields are computed from it.',
  swr: 'Write staleWhileRevalidate, in seconds.',
  sie: 'Write staleIfError, in seconds.',
  path: 'Write match.',
  timeout: 'Write timeoutMs, in milliseconds.',
  deadline: 'Write deadlineMs, in milliseconds.',
  storeTimeout: 'Write storeTimeoutMs, in milliseconds.',
}

function expectedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `of type ${issue.expected}`
    case 'invalid_value':
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
    case 'too_small':
      return `at least ${issue.minimum}`
    case 'too_big':
      return `at most ${issue.maximum}`
    default:
      return issue.message.toLowerCase()
  }
}
