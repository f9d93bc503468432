import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { Field } from '../../src/fields.ts'
import type { Entry } from '../../src/store/entry.ts'
import { bytesOf, ownValue } from '../../src/store/own-value.ts'
import { UrlIndex } from '../../src/store/url-index.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { sampleKey, samplePage } from '../../src/testing/sample-values.ts'

describe('what a page takes, of the bytes that a store has (B2)', () => {
  const page = (parts: Partial<Entry> = {}): Entry =>
    samplePage(
      fakeClock().now(),
      { epoch: '', position: 0 },
      { etag: '', build: '', tags: [], fields: [], remarks: undefined, ...parts },
    )
  const body = (bytes: number): Uint8Array => new Uint8Array(bytes)
  const plain = bytesOf(sampleKey('/a'), page({ body: body(0), variants: [] }))

  test.each<[string, Partial<Entry>, number]>([
    ['its validator', { etag: 'x'.repeat(100) }, 200],
    ['the validator that its render gave it', { remarks: { etag: 'x'.repeat(100) } }, 200],
    ['its build', { build: 'x'.repeat(100) }, 200],
    ['its tags', { tags: ['x'.repeat(50), 'y'.repeat(50)] }, 200],
    ['its fields, by name and value', { fields: [['x'.repeat(30), 'y'.repeat(70)]] }, 200],
    ['its body', { body: body(100) }, 100],
    ['its encoded variants', { variants: [{ encoding: 'br', body: body(60) }] }, 60],
  ])('counts %s', (_, parts, bytes) => {
    expect(bytesOf(sampleKey('/a'), page({ body: body(0), variants: [], ...parts })) - plain).toBe(bytes)
  })
})

describe('the fields of kept pages', () => {
  const fieldsOf = (...fields: Field[]): readonly Field[] => {
    const page = samplePage(fakeClock().now(), { epoch: '', position: 0 }, { fields })
    return (ownValue(page) as Entry).fields // a page
  }

  test('are one list for pages that say the same, and nobody else’s', () => {
    const given: Field = ['content-type', 'text/html']
    const kept = fieldsOf(given)
    expect(fieldsOf(['content-type', 'text/html'])).toBe(kept)
    expect(kept[0]).not.toBe(given)
    expect(Object.isFrozen(kept) && Object.isFrozen(kept[0])).toBe(true)
  })

  test.each<[string, Field[]]>([
    ['another value', [['content-type', 'text/plain']]],
    ['another name', [['content-language', 'text/html']]],
    [
      'one more',
      [
        ['content-type', 'text/html'],
        ['link', '</a>'],
      ],
    ],
    ['none', []],
  ])('stand by themselves where a page has %s (I10)', (_, fields) => {
    fieldsOf(['content-type', 'text/html'])
    expect(fieldsOf(...fields)).toEqual(fields)
    expect(fieldsOf(['content-type', 'text/html'])).toEqual([['content-type', 'text/html']])
  })
})

describe('what is kept of pages that say nearly the same (I10)', () => {
  test('is each page’s own, though they share what is the same', () => {
    const fieldsOf = (link: string) => {
      const fields = [
        ['content-type', 'text/html'],
        ['link', link],
      ] as const
      const kept = ownValue(samplePage(fakeClock().now(), { epoch: '', position: 0 }, { fields })) as Entry
      return kept.fields
    }
    const [first, second, third] = [fieldsOf('a'), fieldsOf('b'), fieldsOf('b')]
    expect([first, second, third].map((fields) => fields[1]?.[1])).toEqual(['a', 'b', 'b'])
    expect(second).toEqual(third)
  })
})

describe('which pages a path names, whatever their host and variant', () => {
  test('all that are kept, and none that is not', () => {
    const index = new UrlIndex()
    index.add('https://a.example/x', 'a')
    index.add('https://b.example/x', 'b')
    expect(index.ids('/x')).toEqual(['a', 'b'])
    index.remove('https://a.example/x', 'a')
    expect(index.ids('https://a.example/x')).toEqual(['b'])
    index.remove('https://b.example/x', 'b')
    expect(index.ids('/x')).toEqual([])
  })

  test('one that was never kept can be taken away, and names nothing', () => {
    const index = new UrlIndex()
    index.remove('https://a.example/x', 'a')
    expect(index.ids('/x')).toEqual([])
    index.add('https://b.example/x', 'b')
    index.remove('https://a.example/x', 'a')
    expect(index.ids('/x')).toEqual(['b'])
  })

  const step = fc.record({
    adds: fc.boolean(),
    place: fc.constantFrom('/x', '/y'),
    id: fc.constantFrom('a', 'b', 'c'),
  })

  test.prop([fc.array(step)])('those that were added and not taken away, in whatever order that was', (steps) => {
    const index = new UrlIndex()
    const kept = new Map([
      ['/x', new Set<string>()],
      ['/y', new Set<string>()],
    ])
    for (const { adds, place, id } of steps) {
      if (adds) index.add(`https://a.example${place}`, id)
      else index.remove(`https://a.example${place}`, id)
      if (adds) kept.get(place)?.add(id)
      else kept.get(place)?.delete(id)
      for (const [each, ids] of kept) expect(index.ids(each).toSorted()).toEqual([...ids].toSorted())
    }
  })
})
