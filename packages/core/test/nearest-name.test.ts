import { expect, it } from 'vitest'
import { nearestName } from '../src/nearest-name.ts'

it.each<readonly [string, readonly string[], string | undefined]>([
  ['MAXAGE', ['sMaxAge', 'maxAge'], 'maxAge'],
  ['max-age', ['sMaxAge', 'maxAge'], 'maxAge'],
  ['s-max-age', ['maxAge', 'sMaxAge'], 'sMaxAge'],
  ['cokies', ['cookies', 'query'], 'cookies'],
  ['hosst', ['host', 'hosts'], 'host'],
  ['ttl', ['maxAge', 'sMaxAge'], undefined],
  // Of a short name less may be wrong, or everything would be near.
  ['id', ['to'], undefined],
  ['a', ['b'], undefined],
  ['', ['a'], undefined],
  ['a'.repeat(200), ['a'], undefined],
])('a way out for %j among %j is %j', (written, known, nearest) => {
  expect(nearestName(written, known)).toBe(nearest)
})
