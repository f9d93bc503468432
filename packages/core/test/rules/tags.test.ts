import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { namedTag, storedTags, type Tag } from '../../src/rules/tags.ts'

/** Whether an invalidation by `named` finds a page that was tagged with `tagged`. */
const finds = (named: Tag, tagged: Tag): boolean => storedTags(tagged).includes(namedTag(named))

describe('tags (R30, V14, V18)', () => {
  test.each<[string, Tag, Tag, boolean]>([
    ['a string finds itself', 'menu', 'menu', true],
    ['a star is no wildcard (V18)', 'movie:*', 'movie:42', false],
    ['a star finds itself (V18)', 'movie:*', 'movie:*', true],
    ['a bracket is no pattern (V18)', 'a[bc]', 'ab', false],
    ['a comma does not split', 'a,b', 'a', false],
    ['a space does not split', 'a b', 'a', false],
    ['letter case counts', 'Menu', 'menu', false],
    ['a class finds each of its ids (R30, V14)', { class: 'menu' }, { class: 'menu', id: 'small' }, true],
    ['a class finds itself (R30)', { class: 'menu' }, { class: 'menu' }, true],
    ['an id finds itself (R30)', { class: 'menu', id: 'small' }, { class: 'menu', id: 'small' }, true],
    ['an id does not find another', { class: 'menu', id: 'small' }, { class: 'menu', id: 'large' }, false],
    ['an id does not find the bare class', { class: 'menu', id: 'small' }, { class: 'menu' }, false],
    ['another class is another', { class: 'menu' }, { class: 'menus', id: 1 }, false],
    ['a number is its text', { class: 'movie', id: 42 }, { class: 'movie', id: '42' }, true],
    ['id and class do not run together', { class: 'a', id: 'b' }, { class: 'ab', id: '' }, false],
    ['a string is no class', 'menu', { class: 'menu' }, false],
    ['a class is no string', { class: 'menu' }, 'menu', false],
    ['a string that is spelt like a stored class is none', '\u0001cmenu', { class: 'menu' }, false],
    ['a class is not found by such a string’s spelling', { class: 'menu' }, '\u0001cmenu', false],
    ['such a string finds itself', '\u0001cmenu', '\u0001cmenu', true],
    ['another such string is another', '\u0001cmenu', '\u0001cmenus', false],
    ['a class is not found by a word for no id', { class: 'menu', id: 'undefined' }, { class: 'menu' }, false],
    ['ids with underscores (V14)', { class: 'pb_menu', id: 'a_b' }, { class: 'pb_menu', id: 'a_b' }, true],
    ['ids beyond ASCII (V14)', { class: 'menü', id: 'é' }, { class: 'menü', id: 'é' }, true],
    ['ids with quotes and entities (V14)', { class: 'm', id: '"&amp;\'' }, { class: 'm', id: '"&amp;\'' }, true],
    ['an empty id is an id', { class: 'm', id: '' }, { class: 'm', id: '' }, true],
  ])('%s', (_, named, tagged, expected) => {
    expect(finds(named, tagged)).toBe(expected)
  })

  test('a page is stored once under each of its tags', () => {
    expect(storedTags('menu')).toHaveLength(1)
    expect(storedTags({ class: 'menu' })).toHaveLength(1)
    expect(storedTags({ class: 'menu', id: 1 })).toHaveLength(2)
  })

  const word = fc.string({ unit: fc.constantFrom('a', '"', ',', '\\', '[', ']', '\u0001', 'i', 'c', 's', '') })
  const tag: fc.Arbitrary<Tag> = fc.oneof(
    word,
    fc.record({ class: word }),
    fc.record({ class: word, id: fc.oneof(word, fc.nat(9)) }),
  )
  const plain = (value: Tag): string =>
    typeof value === 'string' ? value : JSON.stringify([value.class, value.id === undefined ? null : String(value.id)])

  property.prop([tag, tag])('no two kinds or names collide, whatever they are spelt with (R30, V18)', (a, b) => {
    const same = typeof a === typeof b && plain(a) === plain(b)
    expect(namedTag(a) === namedTag(b)).toBe(same)
  })

  property.prop([tag, tag])('finds are exactly: itself, or its class (R30)', (named, tagged) => {
    const itself = typeof named === typeof tagged && plain(named) === plain(tagged)
    const isClass = typeof named === 'object' && named.id === undefined
    const ofClass = isClass && typeof tagged === 'object' && tagged.class === named.class
    expect(finds(named, tagged)).toBe(itself || ofClass)
  })

  test.each([undefined, null, 42, {}, { class: 1 }, { class: 'a', id: {} }, ['a']])(
    'refuses %j with a way out',
    (wrong) => {
      expect(() => namedTag(wrong as never)).toThrow(/ERR_SSR_CACHE_OPTION: a tag must be .* Write 'movie:42'/)
    },
  )
})
