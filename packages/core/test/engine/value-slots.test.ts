import { fc, test as property } from '@fast-check/vitest'
import type { Tag, ValueOptions } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { createPageContext, runWithPageContext } from '../../src/context/page-context.ts'
import type { Keyed } from '../../src/engine/keyed.ts'
import { ValueSlots } from '../../src/engine/value-slots.ts'
import { resolveOptions } from '../../src/options/settings.ts'
import { times } from './harness.ts'

const open = (): ValueSlots => new ValueSlots(resolveOptions({}))

/** Asked for often enough to be remembered. */
function remembered(slots: ValueSlots, key: string, options: () => ValueOptions): Keyed {
  slots.find(key, options())
  return slots.find(key, options())
}

describe('a value that is asked for again has its key at hand', () => {
  test.each<[string, () => ValueOptions]>([
    ['no options', () => ({})],
    ['lifetimes', () => ({ maxAge: 60, staleWhileRevalidate: 5, staleIfError: 0, refreshAhead: 0.2 })],
    ['tags', () => ({ tags: ['menu', { class: 'shop' }, { class: 'shop', id: 7 }, { class: 'shop', id: '7' }] })],
    ['an empty list of names to vary by', () => ({ vary: [] })],
  ])('by the same options, whichever object they are: %s', (_, options) => {
    const slots = open()
    const slot = remembered(slots, 'menu', options)
    expect(slots.find('menu', options())).toBe(slot)
    expect(slots.size).toBe(1)
  })

  test('not by options that were written on since', () => {
    const slots = open()
    const options = { maxAge: 60, tags: ['a'] }
    remembered(slots, 'menu', () => options)
    options.maxAge = 10
    expect(slots.find('menu', options).route.maxAge).toBe(10)
    options.tags.push('b')
    expect(slots.find('menu', options).route.tags).toEqual(['a', 'b'])
  })

  test.each<[ValueOptions, ValueOptions]>([
    [{ maxAge: 60 }, { maxAge: 60, staleIfError: 5 }],
    [{ maxAge: 60, staleIfError: 5 }, { maxAge: 60 }],
    [{ tags: ['shop'] }, { tags: [{ class: 'shop' }] }],
    [{ tags: [{ class: 'shop' }] }, { tags: ['shop'] }],
    [{ tags: [{ class: 'shop' }] }, { tags: [{ class: 'shop', id: 7 }] }],
    [{ tags: [{ class: 'shop', id: 7 }] }, { tags: [{ class: 'menu', id: 7 }] }],
    [{ tags: ['a', 'b'] }, { tags: ['a'] }],
    [{ tags: ['a'] }, {}],
  ])('nor by %o where %o is asked for', (known, asked) => {
    const slots = open()
    remembered(slots, 'menu', () => known)
    expect(slots.find('menu', asked).route).toEqual(open().find('menu', asked).route)
  })

  test('nor by what the page around it is keyed by, where it varies by that', () => {
    const slots = new ValueSlots(resolveOptions({ key: { cookies: ['cart', 'theme'] } }))
    const options = { vary: ['cookie cart', 'cookie theme'] }
    const found = (variant: Record<string, string>): Keyed =>
      runWithPageContext(createPageContext(variant).context, () => remembered(slots, 'menu', () => options))
    const full = found({ 'cookie cart': 'x' })
    expect(full.parts).toEqual([['cookie cart', 'x']])
    expect(found({ 'cookie cart': 'x', path: '/a' })).toBe(full)
    for (const other of [
      { 'cookie cart': 'y' },
      { 'cookie theme': 'y' },
      { 'cookie cart': 'x', 'cookie theme': 'y' },
      {},
    ])
      expect(found(other).parts, JSON.stringify(other)).toEqual(Object.entries(other))
  })

  test('and has no tag but those that it was given', () => {
    expect(open().find('menu', {}).route.tags).toEqual([])
  })

  test('and its options are checked as if it had not', () => {
    const slots = open()
    const wrong: unknown[] = [
      { maxAge: '60' },
      { maxAge: 60, tag: [] },
      { maxAge: 60, ttl: undefined },
      { maxAge: 60, tags: 'a' },
      { maxAge: 60, tags: [null] },
      { maxAge: 60, vary: ['nothing'] },
      null,
      [],
    ]
    const texts = { maxAge: 60, tags: ['a'] }
    const classes = { maxAge: 60, tags: [{ class: 'a' }] }
    for (const given of [() => ({ maxAge: 60 }), () => ({}), () => texts, () => classes]) {
      remembered(slots, 'menu', given)
      for (const options of wrong) {
        expect(() => slots.find('menu', options as ValueOptions), JSON.stringify(options)).toThrow(
          expect.objectContaining({ code: 'ERR_SSR_CACHE_OPTION' }),
        )
      }
    }
  })

  test('within bounds: the longest unasked are forgotten, and those that come once are never remembered (I7, B1)', () => {
    const slots = open()
    for (let i = 0; i < 30_000; i++) slots.find(`once ${i}`, {})
    expect(slots.size).toBe(0)
    const long = 'x'.repeat(1_900)
    for (let i = 0; i < 2_000; i++) remembered(slots, long + i, () => ({}))
    expect(slots.size).toBeGreaterThan(100)
    expect(slots.size).toBeLessThan(1_000)
    for (let i = 0; i < 1_000; i++)
      remembered(slots, `tags ${i}`, () => ({ tags: times(100, (tag) => `${long}${tag}`) }))
    expect(slots.size).toBeLessThan(100)
  })
})

const tags: fc.Arbitrary<Tag> = fc.oneof(
  fc.constantFrom('a', 'b', '\u0001ca'),
  fc.constantFrom('a', 'b').map((name) => ({ class: name })),
  fc.record({ class: fc.constantFrom('a', 'b'), id: fc.constantFrom<string | number>(1, '1', 0, -0) }),
)
const seconds = fc.option(fc.constantFrom(0, 60), { nil: undefined })
const options = fc.record(
  {
    maxAge: seconds,
    staleIfError: seconds,
    refreshAhead: fc.constantFrom(0, 0.5),
    tags: fc.array(tags, { maxLength: 3 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<ValueOptions> // `undefined` is what plain JavaScript may give

property.prop([fc.array(fc.tuple(fc.constantFrom('a', 'b\ud800'), options), { maxLength: 40 })])(
  'whatever was asked for before, key and rules are those that options and key alone give (K4)',
  (asked) => {
    const slots = open()
    for (const [key, given] of asked) {
      const { canonicalTarget: _, ...slot } = slots.find(key, given)
      const { canonicalTarget: __, ...alone } = open().find(key, given)
      expect(slot).toEqual(alone)
    }
  },
)
