import { AsyncLocalStorage } from 'node:async_hooks'
import { pageContext as fromCore, type PageContext } from '@ssr-cache/core'
import { pageContext } from '@ssr-cache/core/context'
import { describe, expect, test } from 'vitest'
import { pageContext as inBrowser } from '../../src/context/browser.ts'
import {
  createPageContext,
  type Inheritance,
  runWithPageContext,
  surroundings,
} from '../../src/context/page-context.ts'
import { NO_LIMITS } from '../../src/rules/freshness.ts'
import { namedTag } from '../../src/rules/tags.ts'

describe('what a render says of its page (R21, R61, R75)', () => {
  test('tags add up, each once; a class and id is found by its class too (R21, R30)', () => {
    const { context, notes } = createPageContext({})
    context.tag('a', 'b').tag('a').tag({ class: 'menu', id: 1 })
    expect([...notes.tags]).toEqual(['a', 'b', namedTag({ class: 'menu', id: 1 }), namedTag({ class: 'menu' })])
  })

  test('a list that is spread into tag() is not written to (V16)', () => {
    const tags = Object.freeze(['a', { class: 'b' }])
    createPageContext({}).context.tag(...tags)
    expect(tags).toEqual(['a', { class: 'b' }])
  })

  test.each(['maxAge', 'staleWhileRevalidate', 'staleIfError'] as const)(
    'the lowest %s counts, in whole seconds (R61)',
    (name) => {
      const { context, notes } = createPageContext({})
      context[name](300)[name](60.9)[name](600)
      expect(notes.said).toEqual({ [name]: 60 })
    },
  )

  test('a lifetime beyond what HTTP has a number for is that number (RFC 9111 1.2.2)', () => {
    const { context, notes } = createPageContext({})
    context.maxAge(1e30)
    expect(notes.said.maxAge).toBe(2 ** 31)
  })

  test('the earliest instant counts, as a date or in milliseconds (R75)', () => {
    const { context, notes } = createPageContext({})
    context.expiresAt(new Date(5_000)).expiresAt(9_000).expiresAt(4_000)
    expect(notes.said).toEqual({ expiresAt: 4_000 })
  })

  test('private() cannot be taken back', () => {
    const { context, notes } = createPageContext({})
    context.private().maxAge(300)
    expect(notes.isPrivate).toBe(true)
  })

  test('nothing said is nothing noted', () => {
    expect(createPageContext({}).notes).toEqual({
      tags: new Set(),
      isPrivate: false,
      said: {},
      limits: NO_LIMITS,
      generation: undefined,
    })
  })

  test('a lifetime of nothing is one', () => {
    const { context, notes } = createPageContext({})
    context.maxAge(0)
    expect(notes.said).toEqual({ maxAge: 0 })
  })

  test('every call gives back the context, which cannot be changed', () => {
    const { context } = createPageContext({ 'accept-language': 'de' })
    expect(context.tag('a').maxAge(1).staleWhileRevalidate(1).staleIfError(1).expiresAt(1).private()).toBe(context)
    expect(Object.isFrozen(context)).toBe(true)
    expect(context.variant).toEqual({ 'accept-language': 'de' })
    expect(context.previous).toBeUndefined()
  })

  test.each([
    [
      'maxAge',
      '60',
      'ERR_SSR_CACHE_OPTION: "pageContext().maxAge(…)" must be seconds >= 0, got "60" (string). Write a number of seconds, such as 60.',
    ],
    ['maxAge', -1, /seconds >= 0, got -1/],
    ['maxAge', Number.NaN, /seconds >= 0, got NaN/],
    ['maxAge', Number.POSITIVE_INFINITY, /seconds >= 0, got Infinity/],
    [
      'staleWhileRevalidate',
      undefined,
      /"pageContext\(\)\.staleWhileRevalidate\(…\)" must be seconds >= 0, got undefined/,
    ],
    ['staleIfError', null, /"pageContext\(\)\.staleIfError\(…\)"/],
    ['expiresAt', '2030-01-01', /must be a Date or epoch milliseconds, got "2030-01-01" \(string\)\. Write new Date/],
    ['expiresAt', new Date('nonsense'), /must be a Date or epoch milliseconds, got an invalid date/],
    ['expiresAt', Number.NaN, /got NaN/],
    ['tag', 42, /a tag must be a string or/],
  ] as const)('%s(%s) is refused, and says what to write', (name, value, message) => {
    const { context } = createPageContext({})
    const call = context[name] as (value: unknown) => unknown // wrong on purpose
    expect(() => call(value)).toThrow(message)
    expect(() => call(value)).toThrow(expect.objectContaining({ code: 'ERR_SSR_CACHE_OPTION' }))
  })
})

describe('what is said of a page that is on its way to many', () => {
  const FROM: Inheritance = {
    tags: ['a'],
    limits: { ...NO_LIMITS, freshUntil: 50, staleUntil: 60 },
    generation: undefined,
  }

  function frozen(): { readonly context: PageContext; readonly inherit: (from: Partial<Inheritance>) => void } {
    const { context, freeze } = createPageContext({})
    const inherit = (from: Partial<Inheritance>): void =>
      runWithPageContext(context, () => surroundings()?.inherit({ ...FROM, ...from }))
    context.tag('a', 'b').maxAge(30).private()
    inherit({})
    freeze()
    return { context, inherit }
  }

  test.each<[string, (of: ReturnType<typeof frozen>) => unknown]>([
    ['tags that it has', ({ context }) => context.tag('a').tag('b', 'a')],
    ['its lifetime, or a longer one', ({ context }) => context.maxAge(30).maxAge(40)],
    ['that it is private', ({ context }) => context.private()],
    ['a value that it has had before', ({ inherit }) => inherit({})],
    ['a value that lives longer', ({ inherit }) => inherit({ limits: NO_LIMITS })],
  ])('%s: no news', (_, say) => {
    expect(() => say(frozen())).not.toThrow()
  })

  test.each<[string, (of: ReturnType<typeof frozen>) => unknown, string]>([
    ['one tag more', ({ context }) => context.tag('a', 'c'), 'pageContext().tag(…)'],
    ['a shorter lifetime', ({ context }) => context.maxAge(29), 'pageContext().maxAge(…)'],
    ['a window', ({ context }) => context.staleIfError(1), 'pageContext().staleIfError(…)'],
    ['an end', ({ context }) => context.expiresAt(1), 'pageContext().expiresAt(…)'],
    ['a value with another tag', ({ inherit }) => inherit({ tags: ['c'] }), 'cache.value(…)'],
    [
      'one that is fresh for less',
      ({ inherit }) => inherit({ limits: { ...NO_LIMITS, freshUntil: 49 } }),
      'cache.value(…)',
    ],
    [
      'one of a shorter window',
      ({ inherit }) => inherit({ limits: { ...NO_LIMITS, staleUntil: 59 } }),
      'cache.value(…)',
    ],
    ['one that ends', ({ inherit }) => inherit({ limits: { ...NO_LIMITS, errorUntil: 99 } }), 'cache.value(…)'],
    [
      'one that was invalidated',
      ({ inherit }) => inherit({ generation: { epoch: 'e', position: 1 } }),
      'cache.value(…)',
    ],
  ])('%s: an error that says what came late, and the way out', (_, say, what) => {
    expect(() => say(frozen())).toThrow(
      `ERR_SSR_CACHE_RENDER: with stream: 'shared', what is said of a page must be said before its first bytes, and ${what} came later. Say it before the render writes, or set stream: 'first' for the route.`,
    )
  })

  test('that it is private cannot be said any more', () => {
    const { context, freeze } = createPageContext({})
    freeze()
    expect(() => context.private()).toThrow('pageContext().private() came later')
  })
})

describe('where it can be reached from', () => {
  test('anywhere below the render, over every await', async () => {
    const { context } = createPageContext({})
    await runWithPageContext(context, async () => {
      await null
      await new Promise((resolve) => setImmediate(resolve))
      expect(pageContext()).toBe(context)
      expect(fromCore()).toBe(context)
    })
    expect(pageContext()).toBeUndefined()
  })

  test('renders side by side have each their own', async () => {
    const render = async (name: string): Promise<string> => {
      const { context, notes } = createPageContext({})
      return runWithPageContext(context, async () => {
        await null
        pageContext()?.tag(name)
        return [...notes.tags].join()
      })
    }
    expect(await Promise.all([render('a'), render('b')])).toEqual(['a', 'b'])
  })

  test('a second copy of the module finds the same storage (DESIGN §2)', () => {
    const storage: unknown = (globalThis as Record<symbol, unknown>)[Symbol.for('@ssr-cache/core/page-context')]
    expect(storage).toBeInstanceOf(AsyncLocalStorage)
    const { context } = createPageContext({})
    const copy = storage as AsyncLocalStorage<unknown> // looked at above
    copy.run(context, () => expect(pageContext()).toBe(context))
  })

  test('in a browser there is none', () => {
    expect(inBrowser()).toBeUndefined()
  })
})
