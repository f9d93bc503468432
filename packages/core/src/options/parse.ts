import { z } from 'zod'
import { optionError, type SsrCacheError } from '../errors.ts'
import { nearestName } from '../nearest-name.ts'
import type { Expectation } from './quantity.ts'

/** Validates options with a zod schema and says the first thing that is wrong in the library's own form. A name that does not exist comes before all else. */
export function parseOptions(schema: z.ZodType, value: unknown): void {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return
  const { issues } = parsed.error
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  throw toError(issue as z.core.$ZodIssue, schema) // a failure has an issue
}

function toError(issue: z.core.$ZodIssue, schema: z.ZodType): SsrCacheError {
  if (issue.code === 'unrecognized_keys') return unknownOption(issue, schema)
  const name = optionName(issue.path)
  const expectation = issue.code === 'custom' ? (issue.params as Expectation | undefined) : undefined // all of ours have it
  const wayOut = expectation?.wayOut(issue.input) ?? 'See the options table of the README.'
  return optionError(name, expectation?.expected ?? expectedBy(issue), issue.input, wayOut)
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

function unknownOption({ path, keys, input }: z.core.$ZodIssueUnrecognizedKeys, schema: z.ZodType): SsrCacheError {
  const name = keys[0] as string // it names at least one
  const known = knownNames(schema, path)
  const nearest = nearestName(name, known)
  const wayOut = nearest === undefined ? `Known are: ${known.join(', ')}.` : `Write ${nearest}.`
  const got = (input as Readonly<Record<string, unknown>> | undefined)?.[name] // what has unknown keys is an object
  return optionError(optionName([...path, name]), 'left out (there is no such option)', got, MEANT[name] ?? wayOut)
}

/** The names that an object of the schema has at `path`. */
function knownNames(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = schema
  for (const step of path) {
    if (at instanceof z.ZodObject)
      at = at.shape[step as string] // an object's steps are names
    else if (at instanceof z.ZodArray) at = at.element
    if (at instanceof z.ZodOptional) at = at.unwrap()
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

/** Names that other libraries use, and this library's own. */
const MEANT: Readonly<Record<string, string>> = {
  ttl: 'Write maxAge, in seconds.',
  ttlMs: 'Write maxAge, in seconds.',
  's-maxage': 'Write maxAge: downstream fields are computed from it.',
  sMaxAge: 'Write maxAge: downstream fields are computed from it.',
  swr: 'Write staleWhileRevalidate, in seconds.',
  sie: 'Write staleIfError, in seconds.',
  path: 'Write match.',
  pattern: 'Write match.',
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
    default:
      return issue.message.toLowerCase()
  }
}
