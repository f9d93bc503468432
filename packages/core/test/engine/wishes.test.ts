import { expect, test, vi } from 'vitest'
import { Wishes } from '../../src/engine/wishes.ts'
import { ENCODINGS, IDENTITY, wantedBy } from '../../src/rules/accept-encoding.ts'
import { RecencyMap } from '../../src/store/recency-map.ts'

test('fields that mean the same are one wish, whoever sends them', () => {
  const wishes = new Wishes(ENCODINGS)
  const wish = wishes.of('gzip, deflate, br')
  expect(wish).toEqual(wantedBy('gzip, br', ENCODINGS))
  expect(wishes.of(Buffer.from('gzip, deflate, br').toString())).toBe(wish)
  for (const field of ['br;q=1.0, gzip;q=1.0', 'gzip, br', 'br, gzip']) expect(wishes.of(field)).toBe(wish)
  expect(wishes.of('br, gzip, identity;q=0')).not.toBe(wish)
  for (const field of ['gzip, deflate, br', 'gzip', 'gzip', 'gzip, deflate, br', '', 'gzip'])
    expect(wishes.of(field)).toEqual(wantedBy(field, ENCODINGS))
  expect([wishes.of('identity'), wishes.of('')]).toEqual([IDENTITY, IDENTITY])
})

test('made-up fields of any length and number are read, and forgotten (I7)', () => {
  const wishes = new Wishes(ENCODINGS)
  for (let i = 0; i < 5_000; i++) expect(wishes.of(`x${i}, gzip`).encodings).toEqual(['gzip'])
  expect(wishes.of('gzip'.repeat(100_000))).toBe(IDENTITY)
})

test('what is remembered of long fields stays within its 256 KB, however many come (I7)', () => {
  const remembered = vi.spyOn(RecencyMap.prototype, 'set')
  const wishes = new Wishes(ENCODINGS)
  for (let i = 0; i < 100; i++) wishes.of(`${i}, ${'gzip, '.repeat(1_000)}`)
  const { size } = remembered.mock.contexts[0] as RecencyMap<unknown>
  remembered.mockRestore()
  expect(size).toBeGreaterThan(0)
  expect(size * 2 * 6_000).toBeLessThanOrEqual(256 * 1024)
})
