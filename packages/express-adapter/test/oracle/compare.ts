import type { Answered } from './line.ts'
import { header } from './visitor.ts'

/** Fields that say how an answer is to be kept, or that belong to one transfer: the two copies differ in them, and other rules look at them. */
const NOT_COMPARED: ReadonlySet<string> = new Set([
  'cache-control',
  'cache-status',
  'cdn-cache-control',
  'connection',
  'content-length',
  'date',
  'etag',
  'keep-alive',
  'transfer-encoding',
  'vary',
  'x-run',
])

/** What describes a body that a 304 does not have. */
const OF_BODY: ReadonlySet<string> = new Set(['content-type', 'content-language'])

/** What a visitor got, and what of it was asked for. */
export interface Got {
  readonly answered: Answered
  readonly method: string
  /** The page that the visitor has under the validator of a 304. */
  readonly known: string | undefined
}

/** How an answer differs from the one that the app gives without a cache; empty where it does not. */
export function differences({ answered, method, known }: Got, bare: Answered): readonly string[] {
  const isKnown = answered.status === 304
  const body = isKnown && method !== 'HEAD' ? known : answered.body
  return [
    ...differing('status', isKnown ? 200 : answered.status, bare.status),
    ...differing('body', body, bare.body),
    ...(isKnown ? differing('body of a 304', answered.body, '') : []),
    ...lengthDiffers(answered, bare),
    ...differingFields(answered, bare, isKnown),
    ...missingVary(answered, bare),
  ]
}

function differing(what: string, got: unknown, expected: unknown): readonly string[] {
  return got === expected ? [] : [`${what}: got ${JSON.stringify(got)}, the app gives ${JSON.stringify(expected)}`]
}

function lengthDiffers(answered: Answered, bare: Answered): readonly string[] {
  const length = header(answered, 'content-length')
  const known = header(bare, 'content-length') ?? (bare.body === '' ? length : String(Buffer.byteLength(bare.body)))
  return length === undefined ? [] : differing('length', length, known)
}

function differingFields(answered: Answered, bare: Answered, isKnown: boolean): readonly string[] {
  const names = new Set([...Object.keys(answered.headers), ...Object.keys(bare.headers)])
  return [...names].flatMap((name) => {
    if (NOT_COMPARED.has(name) || (isKnown && OF_BODY.has(name))) return []
    const values = [answered, bare].map((each) => comparable(name, header(each, name)))
    return differing(name, values[0], values[1])
  })
}

/** A redirect says the same in whatever order its parameters stand. */
function comparable(name: string, value: string | undefined): string | undefined {
  if (name !== 'location' || value === undefined) return value
  const { pathname, searchParams, host } = new URL(value, 'http://here.example')
  return `${host}${pathname} ${JSON.stringify([...searchParams].toSorted())}`
}

/** Names that the app gives must be there; the cache may add those of its key. */
function missingVary(answered: Answered, bare: Answered): readonly string[] {
  const names = (each: Answered): readonly string[] => (header(each, 'vary') ?? '').toLowerCase().split(/ *, */)
  const missing = names(bare).filter((name) => name !== '' && !names(answered).includes(name))
  return missing.map((name) => `vary: ${name} is missing`)
}
