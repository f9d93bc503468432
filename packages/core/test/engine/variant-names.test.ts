import type { Entry, Names } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import type { Written } from '../../src/engine/guarded-store.ts'
import type { Keyed } from '../../src/engine/keyed.ts'
import type { OriginAsk } from '../../src/engine/origin-ask.ts'
import { VariantNames, type VariantNamesParts } from '../../src/engine/variant-names.ts'
import type { Found } from '../../src/store/store.ts'

const GENERATION = { epoch: 'e', position: 1 }
const PAGE = { kind: 'page', status: 404, generation: GENERATION, token: 3n, storedAt: 10, deleteAt: 100 } as Entry // nothing else of it is read here
const URL_SLOT = { id: 'url' } as Keyed // nor of it

const namesOf = (names: readonly string[], more: Partial<Names> = {}): Names => ({
  kind: 'names',
  names,
  status: 200,
  generation: GENERATION,
  token: 1n,
  storedAt: 5,
  deleteAt: 100,
  ...more,
})

/** Asks where a page belongs that varies by `vary`, of a store that gives and says these, in turn. */
async function placed(
  vary: readonly string[],
  { found = [{}] as readonly Partial<Found>[], written = ['stored'] as readonly string[], slot = URL_SLOT } = {},
) {
  const calls: unknown[] = []
  const [gives, says] = [[...found], [...written]]
  const store = {
    get: ({ id }: Keyed) => {
      calls.push(['get', id])
      return gives.length > 1 ? gives.shift() : gives[0]
    },
    set: (...[{ id }, value, condition]: [Keyed, Names, object]) => {
      calls.push(['set', id, value, condition])
      return (says.length > 1 ? says.shift() : says[0]) as Written
    },
  }
  const parts = { store, clock: { now: () => 20 }, news: { index: { head: GENERATION } } }
  const origin = { selects: (names: readonly string[]) => ({ id: `by ${names.join()}` }) }
  const names = new VariantNames(parts as unknown as VariantNamesParts) // as far as it is asked
  const o = { vary, origin: origin as unknown as OriginAsk, span: 'one' } as const
  const place = await names.place(slot, PAGE, o)
  return {
    at: place.slot.id,
    isKnown: place.isKnown,
    calls,
    writes: calls.flatMap((call) => (Array.isArray(call) && call[0] === 'set' ? [call.slice(2)] : [])),
  }
}

describe('where a page belongs whose app says what it varies by (RFC 9111 4.1)', () => {
  test('at its URL, where it varies by nothing and nothing has: the store is not asked', async () => {
    expect(await placed([])).toMatchObject({ at: 'url', isKnown: true, calls: [] })
  })

  test('under its names, which are written first, where there were none', async () => {
    const { at, isKnown, writes } = await placed(['x-b', 'x-a'])
    expect([at, isKnown]).toEqual(['by x-a,x-b', true])
    expect(writes).toEqual([[namesOf(['x-a', 'x-b'], { status: 404, token: 3n, storedAt: 10 }), { absent: true }]])
  })

  test('under those that are there, which lead to it as they stand', async () => {
    expect(await placed(['x-a'], { found: [{ value: namesOf(['x-a']), revision: '1' }] })).toMatchObject({
      at: 'by x-a',
      isKnown: true,
      writes: [],
    })
  })

  test('under its own and those that are there; beside a success a failure is none of its own', async () => {
    const { at, writes } = await placed(['x-b'], { found: [{ value: namesOf(['x-a']), revision: '1' }] })
    expect(at).toBe('by x-a,x-b')
    expect(writes).toMatchObject([[{ names: ['x-a', 'x-b'], status: 200 }, { revision: '1' }]])
    const failed = await placed(['x-b'], { found: [{ value: namesOf(['x-a'], { status: 500 }), revision: '1' }] })
    expect(failed.writes).toMatchObject([[{ status: 404 }, {}]])
  })

  test('names that end before the page are written again', async () => {
    const { writes } = await placed(['x-a'], { found: [{ value: namesOf(['x-a'], { deleteAt: 99 }), revision: '1' }] })
    expect(writes).toMatchObject([[{ deleteAt: 100 }, { revision: '1' }]])
  })

  test('a page that stood there before gives way to them', async () => {
    const { writes } = await placed(['x-a'], { found: [{ value: PAGE, revision: '7' }] })
    expect(writes).toMatchObject([[{ names: ['x-a'], status: 404 }, { revision: '7' }]])
  })

  test('of a URL that has varied, by what it has varied by, though this page varies by nothing', async () => {
    const slot = { id: 'by x-a', base: URL_SLOT, names: ['x-a'] } as unknown as Keyed // as far as it is read
    const { at, calls } = await placed([], { slot })
    expect([at, calls[0]]).toEqual(['by x-a', ['get', 'url']])
  })

  test('whoever loses against another tries again with what that one wrote, four times and no more (I7)', async () => {
    const found = [{}, { value: namesOf(['x-z']), revision: '2' }]
    const once = await placed(['x-a'], { found, written: ['superseded', 'stored'] })
    expect(once).toMatchObject({ at: 'by x-a,x-z', isKnown: true })
    const never = await placed(['x-a'], { written: ['superseded'] })
    expect([never.isKnown, never.writes.length]).toEqual([false, 4])
  })

  test.each(['refused', 'failed', 'dropped'])(
    'nobody finds it where the names are %s, and they are not written again',
    async (written) => {
      const { isKnown, writes } = await placed(['x-a'], { written: [written] })
      expect([isKnown, writes.length]).toEqual([false, 1])
    },
  )
})
