import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { selectingNames, variantKey } from '../../src/origin/variant-key.ts'
import { varyNames } from '../../src/origin/vary.ts'
import type { RequestHeaders } from '../../src/request.ts'
import { fate, fieldsOf, response } from './exchanges.ts'

const namesIn = (vary: string | readonly string[]): readonly string[] | '*' => varyNames(fieldsOf({ vary }))

/** Whether the response to the one request may answer the other. */
function matches(vary: string | readonly string[], one: RequestHeaders, other: RequestHeaders): boolean {
  const names = namesIn(vary)
  return names !== '*' && variantKey(names, one) === variantKey(names, other)
}

describe('Vary: which requests a response is for (RFC 9111 4.1)', () => {
  test.each<[string, string | readonly string[], RequestHeaders, RequestHeaders, boolean]>([
    ['the same value', 'Foo', { foo: '1' }, { foo: '1' }, true],
    ['another value (Must)', 'Foo', { foo: '1' }, { foo: '2' }, false],
    ['another letter case: who knows what it means (Must)', 'Foo', { foo: 'a' }, { foo: 'A' }, false],
    ['absent in the first (Must)', 'Foo', {}, { foo: '1' }, false],
    ['absent in the second (Must)', 'Foo', { foo: '1' }, {}, false],
    ['absent in both', 'Foo', {}, {}, true],
    ['empty is not absent (Must)', 'Foo', { foo: '' }, {}, false],
    ['the first of two differs (Must)', 'Foo, Bar', { foo: '1', bar: 'a' }, { foo: '2', bar: 'a' }, false],
    ['the second of two differs (Must)', 'Foo, Bar', { foo: '1', bar: 'a' }, { foo: '1', bar: 'b' }, false],
    ['the third of three differs (Must)', 'Foo, Bar, Baz', { foo: '1', baz: '1' }, { foo: '1', baz: '2' }, false],
    ['on the second line (Must)', ['Foo', 'Bar'], { bar: 'a' }, { bar: 'b' }, false],
    ['the values of two names change places (Must)', 'Foo, Bar', { foo: '1', bar: '2' }, { foo: '2', bar: '1' }, false],
    ['two names, both the same', 'Foo, Bar', { foo: '1', bar: 'a' }, { bar: 'a', foo: '1' }, true],
    ['other fields do not matter (Good)', 'Foo', { foo: '1', other: '1' }, { foo: '1', other: '2' }, true],
    ['names in any case (Good)', 'fOO', { foo: '1' }, { foo: '2' }, false],
    ['lines are joined (Good)', 'Foo', { foo: ['1', '2'] }, { foo: '1, 2' }, true],
    ['in their order (Must)', 'Foo', { foo: ['1', '2'] }, { foo: '2, 1' }, false],
    ['space round the value (Good)', 'Foo', { foo: ' 1\t' }, { foo: '1' }, true],
    ['space round commas (Good)', 'Foo', { foo: '1,2' }, { foo: ' 1 , 2 ' }, true],
    ['space round a cookie', 'Cookie', { cookie: ' a=1 ' }, { cookie: 'a=1' }, true],
    ['a comma counts', 'Foo', { foo: '1,2' }, { foo: '12' }, false],
    ['empty members of a list are none', 'Foo', { foo: '1,,2 ,' }, { foo: '1, 2' }, true],
    ['space between words counts', 'Foo', { foo: 'a b' }, { foo: 'ab' }, false],
    ['space in quotes counts', 'Foo', { foo: '"a,b"' }, { foo: '"a, b"' }, false],
    ['in a cookie a comma is a comma', 'Cookie', { cookie: 'a=1,2' }, { cookie: 'a=1, 2' }, false],
    ['a name that every object has', 'Constructor', {}, { constructor: 'x' }, false],
    ['empty members of Vary are none', ' , Foo ,, ', { foo: '1', bar: '1' }, { foo: '1', bar: '2' }, true],
  ])('%s', (_, vary, one, other, expected) => {
    expect(matches(vary, one, other)).toBe(expected)
  })

  test.each<[string | readonly string[]]>([
    ['*'],
    ['*, Foo'],
    ['Foo, *'],
    ['*, *'],
    [' , *'],
    [['Foo', '*']],
    [['*', 'Foo']],
  ])('`*` anywhere in the list is never reused: %j (Must)', (vary) => {
    expect(namesIn(vary)).toBe('*')
    expect(fate(response({ 'cache-control': 'max-age=60', vary }), 0)).toBe('vary')
  })

  test('what is no field name is on no request, so it counts as `*`', () => {
    expect(namesIn('Foo Bar')).toBe('*')
    expect(namesIn('"Foo"')).toBe('*')
  })

  test('names are listed once, lower case, in order', () => {
    expect(namesIn(['Foo, bar', 'FOO'])).toEqual(['bar', 'foo'])
    expect(namesIn('')).toEqual([])
    expect(varyNames([])).toEqual([])
  })
})

describe('Vary: several variants are kept side by side (Good)', () => {
  test('each request finds its own among those of one URL, and one that is not there finds none', () => {
    const names = selectingNames([], ['accept-language', 'foo'])
    const stored = new Map(
      [{ foo: '1' }, { foo: '2', 'accept-language': 'de' }, {}].map((headers, i) => [variantKey(names, headers), i]),
    )
    expect(stored.get(variantKey(names, { foo: '1', other: 'x' }))).toBe(0)
    expect(stored.get(variantKey(names, { foo: '2', 'accept-language': 'DE' }))).toBe(1)
    expect(stored.get(variantKey(names, {}))).toBe(2)
    expect(stored.get(variantKey(names, { foo: '2' }))).toBeUndefined()
  })

  test('where responses of one URL name different fields, all of them tell apart', () => {
    const names = selectingNames(['foo'], ['bar', 'foo'])
    expect(names).toEqual(['bar', 'foo'])
    expect(variantKey(names, { foo: '1', bar: '1' })).not.toBe(variantKey(names, { foo: '1', bar: '2' }))
  })
})

describe('Vary: preferences are compared by meaning (Good)', () => {
  test.each<[string, string, string, string, boolean]>([
    ['letter case', 'accept-language', 'en-US, DE', 'EN-us, de', true],
    ['space', 'accept-language', 'en;q=0.5,de', ' en ; q=0.5 ,  de', true],
    ['order', 'accept-language', 'en, de', 'de, en', true],
    ['order, with weights', 'accept-language', 'en;q=0.5, de;q=0.8', 'de;q=0.8, en;q=0.5', true],
    ['a weight of 1 is what is meant without', 'accept-language', 'en;q=1.000', 'en', true],
    ['zeros at the end of a weight', 'accept-language', 'en;q=0.50', 'en;q=0.5', true],
    ['said twice', 'accept-language', 'en, en', 'en', true],
    ['other weights', 'accept-language', 'en;q=0.5, de', 'en, de;q=0.5', false],
    ['another language', 'accept-language', 'en', 'en-GB', false],
    ['no, and not named', 'accept-language', 'en, de;q=0', 'en', false],
    ['one name with two weights matches only itself', 'accept-language', 'en, en;q=0.5', 'en;q=0.5, en', false],
    ['nor the one of them', 'accept-language', 'en, en;q=0.5', 'en;q=0.5', false],
    ['two weights below 1', 'accept-language', 'en;q=0.5', 'en;q=0.8', false],
    ['two languages are not one', 'accept-language', 'de, en', 'deen', false],
    ['languages have no old names', 'accept-language', 'x-gzip', 'gzip', false],
    ['what cannot be read matches only itself', 'accept-language', 'en;q=x, de', 'de, en;q=x', false],
    ['a weight above 1 cannot be read', 'accept-language', 'en;q=2, de', 'de, en;q=2', false],
    ['codings: order and case', 'accept-encoding', 'gzip, BR;q=0.9', 'br;q=0.9,GZIP', true],
    ['codings: old names', 'accept-encoding', 'x-gzip, x-compress', 'compress, gzip', true],
    ['codings: other ones', 'accept-encoding', 'gzip', 'gzip, br', false],
    ['codings: none is not the same as nothing said', 'accept-encoding', '', 'identity', false],
  ])('%s', (_, name, one, other, expected) => {
    expect(matches(name, { [name]: one }, { [name]: other })).toBe(expected)
  })

  const weight = fc.constantFrom('', ';q=1', ';q=0.5', ' ; q=0.50', ';q=0', ';q=0.123')
  const range = fc.constantFrom('en', 'de', 'fr-CA', '*')
  const preferences = fc
    .uniqueArray(fc.tuple(range, weight), { selector: ([name]) => name, maxLength: 4 })
    .map((members) => members.map((member) => member.join('')))

  property.prop([
    preferences.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
    fc.constantFrom(',', ' , ', ',\t'),
  ])('the order of preferences never matters, nor do letter case and space', ([list, shuffled], separator) => {
    const one = { 'accept-language': list.join(', ') }
    const other = { 'accept-language': shuffled.join(separator).toUpperCase() }
    expect(matches('accept-language', one, other)).toBe(true)
  })

  property.prop([preferences, preferences])(
    'two fields match only if they give each language the same weight',
    (one, other) => {
      const weights = (list: readonly string[]): unknown =>
        list
          .map((member) => member.split(';'))
          .map(([name = '', q = 'q=1']) => [name.trim(), Number(q.trim().slice(2))])
          .sort()
      const isSame = JSON.stringify(weights(one)) === JSON.stringify(weights(other))
      expect(matches('accept-language', { 'accept-language': one.join() }, { 'accept-language': other.join() })).toBe(
        isSame,
      )
    },
  )
})

describe('laws of Vary', () => {
  const value = fc.string({
    unit: fc.constantFrom('a', 'B', ',', ' ', '"', ';', 'q', '=', '0', '.', '\\', '\t'),
    maxLength: 12,
  })
  const name = fc.constantFrom('foo', 'accept-language', 'accept-encoding', 'cookie', 'user-agent')

  property.prop([name, value])('normalizing twice changes nothing', (field, text) => {
    const once = JSON.parse(variantKey([field], { [field]: text })) as [[string, string]] // as variantKey writes it
    expect(variantKey([field], { [field]: once[0][1] })).toBe(variantKey([field], { [field]: text }))
  })

  property.prop([fc.string({ unit: 'binary', maxLength: 30 })])('any Vary is read, and gives names or `*`', (text) => {
    const names = namesIn(text)
    expect(names === '*' || names.every((each) => /^[!-~]+$/.test(each) && each === each.toLowerCase())).toBe(true)
    expect(text.split(',').some((member) => member.trim() === '*') && names !== '*').toBe(false)
  })

  property.prop([
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2')),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2')),
  ])('requests match exactly when they agree in every named field', (one, other) => {
    const agree = ['a', 'b'].every((each) => one[each] === other[each])
    expect(matches('a, b', one, other)).toBe(agree)
  })
})
