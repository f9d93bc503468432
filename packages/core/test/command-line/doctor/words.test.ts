import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { WORDS, type Words, wordsFor } from '../../../src/command-line/doctor/words.ts'

const ENTRIES: readonly (readonly [string, Words])[] = Object.entries(WORDS)
const BLAMES = [
  { names: [], route: undefined },
  { names: [], route: '*' },
  { names: ['one'], route: '/movies/:id' },
  { names: ['one', 'two', 'three'], route: '/movies/:id' },
  { names: ['threw'], route: undefined },
  { names: ['*'], route: undefined },
]

/** Everything that an entry can say. */
const sentences = ({ says, mend }: Words): readonly string[] => BLAMES.flatMap((blame) => [says(blame), ...mend(blame)])

/** Every name of an option, from the tables that are made of the options' own documentation. */
const OPTIONS = new Set(
  ['README.md', 'packages/core/README.md'].flatMap((file) => {
    const text = readFileSync(new URL(`../../../../../${file}`, import.meta.url), 'utf8')
    return [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  }),
)

describe.each(ENTRIES)('%s', (_, words) => {
  test('is said in whole sentences, whoever is to blame, with a way out', () => {
    for (const blame of BLAMES) {
      expect(words.says(blame)).toMatch(/^[^A-Z].*\.$/)
      expect(words.mend(blame).length).toBeGreaterThan(0)
      for (const step of words.mend(blame)) expect(step).toMatch(/[.,]$/)
    }
    expect(sentences(words).join()).not.toMatch(/undefined|null|\[object| {2}|""/)
  })

  test('names only options that there are', () => {
    const named = sentences(words).flatMap((text) => [
      ...[...text.matchAll(/\b(?:key|bypass|admission|downstream)\.(\w+)/g)].map(([, name]) => name),
      ...[...text.matchAll(/\b(max[A-Z]\w+|statusMaxAge|session|setCookie|ignoreVary|enabled|types)(?=[: ,.])/g)].map(
        ([, name]) => name,
      ),
    ])
    const isType = (name: string | undefined): boolean => name === 'types' || OPTIONS.has(name)
    expect(named.filter((name) => !isType(name))).toEqual([])
  })
})

test('a failing status is said with its number; what nobody knows has no words', () => {
  expect(wordsFor('status-502')?.says({ names: ['502'], route: undefined })).toBe(
    'the app answered 502, which counts as a failure.',
  )
  expect(['status-', 'constructor', '__proto__', 'Cookie', ''].map(wordsFor)).toEqual(Array(5).fill(undefined))
})
