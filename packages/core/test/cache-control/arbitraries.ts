import fc from 'fast-check'
import type { CacheControl } from '../../src/cache-control/index.ts'
import { createCacheControl } from '../../src/cache-control/index.ts'

const PIECES = [
  'max-age',
  's-maxage',
  'no-store',
  'no-cache',
  'private',
  'public',
  'immutable',
  'stale-if-error',
  'x-other',
  '__proto__',
]
const VALUES = [
  '0',
  '60',
  '0060',
  '-1',
  '60s',
  '6.5',
  '2147483649',
  '99999999999999999999',
  '"60"',
  '"set-cookie"',
  '"',
]
const MARKS = [',', ', ', ';', '=', ' = ', '"', "'", '\\', ' ', '\t', '\n', '\0', '(', 'é', '\u{1f36a}', '']

/** Text that looks now more, now less like a Cache-Control field. */
export const fieldText: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...PIECES, ...VALUES, ...MARKS), { maxLength: 24 }).map((pieces) => pieces.join('')),
  fc
    .array(fc.tuple(fc.constantFrom(...PIECES), fc.option(fc.constantFrom(...VALUES), { nil: undefined })), {
      maxLength: 8,
    })
    .map((members) => members.map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).join(', ')),
  fc.string({ unit: 'binary', maxLength: 60 }),
)

const seconds = fc.oneof(fc.constant(0), fc.nat(100_000), fc.constantFrom(31_536_000, 2_147_483_647, 2_147_483_648))
const flag = fc.constant(true as const)
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/)
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 3 })
const scope = fc.oneof(flag, names)
const extensionName = fc
  .oneof(name, fc.constantFrom('__proto__', 'constructor', 'toString'))
  .map((text) => `x-${text}`.toLowerCase())
const extensionValue = fc.oneof(
  flag,
  fc.string({ maxLength: 8 }),
  fc.constantFrom('', '60', '060', '-5', 'a, no-store', '"', '\\'),
)

/** What can be said in a field without contradiction. */
export const legalDirectives: fc.Arbitrary<CacheControl> = fc
  .record(
    {
      public: flag,
      private: scope,
      noCache: scope,
      noStore: flag,
      noTransform: flag,
      mustUnderstand: flag,
      maxAge: seconds,
      sMaxAge: seconds,
      mustRevalidate: flag,
      proxyRevalidate: flag,
      immutable: flag,
      staleWhileRevalidate: seconds,
      staleIfError: seconds,
      extensions: fc.dictionary(extensionName, extensionValue, { minKeys: 1, maxKeys: 3 }),
    },
    { requiredKeys: [] },
  )
  .filter(isLegal)

function isLegal(directives: CacheControl): boolean {
  try {
    createCacheControl(directives)
    return true
  } catch {
    return false
  }
}
