import { globSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { read } from '../docs/documents.ts'
import { ERROR_GUIDE } from '../docs/error-guide.ts'
import { membersOf } from '../docs/interface-members.ts'

const documents = globSync(['README.md', 'packages/*/README.md', 'docs/*.md']).map(read)
const tables = (kind: string): readonly string[] =>
  documents.flatMap((text) => [...text.matchAll(new RegExp(`<!-- generated: ${kind} (\\w+) -->`, 'g'))].map(second))
const optionTables = tables('options')

test('every interface of options that a package exports has its table', () => {
  const exports = globSync('packages/*/src/**/index.ts').map(read).join()
  const names = new Set([...exports.matchAll(/\b([A-Z]\w*Options)\b/g)].map(second))
  const documented = [...optionTables, ...tables('members')]
  expect([...names].filter((name) => !documented.includes(name))).toEqual([])
})

/** The group of a pattern that has one. */
function second(match: RegExpMatchArray): string {
  return match[1] as string // see above
}

describe.each(optionTables)('%s', (name) => {
  test.each(membersOf(name))('$name says what it means, and its default', ({ optional, meaning, defaultText }) => {
    expect(meaning).not.toBe('')
    if (optional) expect(defaultText).toBeTruthy()
  })
})

test.each(membersOf('RenderCacheEvents'))(
  'the event $name says what it means, and has its row',
  ({ name, meaning }) => {
    expect(meaning).not.toBe('')
    expect(read('packages/core/README.md')).toContain(`\n| \`${name.replaceAll("'", '')}\` | \`{ `)
  },
)

test('every code of an error has its row where the codes are listed', () => {
  const source = read('packages/core/src/errors.ts')
  const rows = [...source.matchAll(/^ \* \| `(ERR_\w+)` \|/gm)].map(([, code]) => code)
  expect(rows.toSorted()).toEqual(Object.keys(ERROR_GUIDE).toSorted())
})
