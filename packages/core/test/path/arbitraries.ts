import fc from 'fast-check'

/** Characters that rules of URLs or of file systems are about, and some that are not. */
const INTERESTING = [
  ...'aAbBzZ019-._~!$&\'()*+,;=:@[]{}|<>^`"\\/',
  ...[
    '..',
    '//',
    '/./',
    '/../',
    'index',
    'index.html',
    '.html',
    '.htm',
    'con',
    'CON',
    'nul',
    'aux',
    'com1',
    'lpt9',
    'COM¹',
    '!',
    '!!',
    '!3f',
    '!/',
  ],
  ...[
    '%2e',
    '%2E%2e',
    '%2f',
    '%2F',
    '%5c',
    '%00',
    '%23',
    '%3F',
    '%3f',
    '%25',
    '%41',
    '%7E',
    '%c3%a9',
    '%FF',
    '%20',
    '%0d%0a',
    '%e2%84%aa',
  ],
  ...['é', 'e\u0301', 'Å', '\u212b', 'ß', 'ſ', 'K', '映画', '👩‍🚀', 'İ', '.', '/'],
]

const piece: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...INTERESTING) },
  { weight: 2, arbitrary: fc.stringMatching(/^[a-z0-9-]{1,12}$/) },
  { weight: 1, arbitrary: fc.constantFrom('a', 'B', '.', 'é', '%E4', '!').map((text) => text.repeat(90)) },
)
const text: fc.Arbitrary<string> = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))

/** Paths with a leading slash, in any spelling, that have a canonical form. */
export const anyPath: fc.Arbitrary<string> = text.map((rest) => `/${rest}`)

const parameter: fc.Arbitrary<string> = fc.oneof(
  text,
  fc.tuple(text, text).map(([name, value]) => `${name}=${value}`),
)

/** Queries with their `?`, or nothing. */
export const anyQuery: fc.Arbitrary<string> = fc.oneof(
  fc.constant(''),
  fc
    .array(fc.oneof(parameter, fc.constantFrom('', '?', '%zz', '%')), { maxLength: 4 })
    .map((parts) => `?${parts.join('&')}`),
)

/** Origin-form targets. */
export const anyTarget: fc.Arbitrary<string> = fc.tuple(anyPath, anyQuery).map(([path, query]) => path + query)

export const anyOrigin: fc.Arbitrary<string> = fc.constantFrom(
  'https://shop.example',
  'http://shop.example',
  'https://SHOP.example:8443',
  'http://localhost:3000',
  'https://[2001:db8::1]',
  'https://con',
  'https://nul.example',
  'https://index',
  'http://8080',
  'https://http:8080',
  `https://${'label.'.repeat(40)}example`,
  `http://nul.${'label.'.repeat(40)}example`,
  `https://con.${'label.'.repeat(40)}example`,
)
