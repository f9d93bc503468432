import { memoryStore } from '@ssr-cache/core'
import { type Faults, fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { openShop, request, settled } from './harness.ts'
import { lasting, openOrigin } from './origin-harness.ts'

const varied = (body: string, vary: string) => lasting('max-age=60', body, { vary })

describe('names of variants in a store that others write to', () => {
  test('two caches that find another name at once: none of both is lost, and none is given the wrong page', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const shops = [0, 1].map(() => openShop({ freshness: 'origin', clock, store }))
    const [one, other] = shops as [(typeof shops)[0], (typeof shops)[0]]
    const visits = [one.get('/', { headers: { a: '1', b: '1' } }), other.get('/', { headers: { a: '1', b: '1' } })]
    await settled()
    await one.renders.last.answers(varied('by a', 'a'))
    await settled()
    // Whoever had the lease has written; the other looks again, or writes over what it has read.
    if (other.renders.count > 0) await other.renders.last.answers(varied('by b', 'b'))
    await Promise.all(visits)
    const next = other.get('/', { headers: { a: '2', b: '1' } })
    await settled()
    await other.renders.last.answers(varied('a2', 'a, b'))
    expect(await (await next).text()).toBe('a2')
    const third = one.get('/', { headers: { a: '2', b: '2' } })
    await settled()
    await one.renders.last.answers(varied('a2 b2', 'a, b'))
    expect(await (await third).text()).toBe('a2 b2')
    expect(await one.body('/', { headers: { a: '2', b: '1' } })).toBe('a2')
    expect(await other.body('/', { headers: { a: '2', b: '2' } })).toBe('a2 b2')
  })

  test.each<[string, Faults]>([
    ['loses what is written', { set: { kind: 'lose' } }],
    ['refuses to write', { set: { kind: 'reject' } }],
    ['cannot be read', { get: { kind: 'reject' } }],
    ['says nothing to writes', { set: { kind: 'hang' } }],
  ])(
    'a store that %s costs no visitor their own page, nor a crowd more than one render for each variant (I1, I6)',
    async (_, faults) => {
      const clock = fakeClock()
      const store = faultyStore(memoryStore({ clock }), { clock, faults })
      const { shop } = openOrigin({ clock, store })
      let renders = 0
      const ask = async (x: string): Promise<string> => {
        const page = await shop.cache.handle(request('/', { headers: { x } }), async ({ request: { headers } }) => {
          renders++
          await settled()
          return varied(headers.get('x') ?? '', 'x')
        })
        return page.text()
      }
      const crowd = ['1', '2', '2', '1', '3', '2'].map(ask)
      for (let turn = 0; turn < 20; turn++) await clock.advanceAsync(100)
      expect(await Promise.all(crowd)).toEqual(['1', '2', '2', '1', '3', '2'])
      expect(renders).toBe(3)
    },
  )

  test('a page that nobody finds any more, since its URL varies by more, is let go', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock })
    const { ask, answers, after } = openOrigin(
      { clock, store },
      lasting('max-age=10', 'by a', { vary: 'a', etag: '"1"' }),
    )
    await ask('/', { a: '1' })
    await after(11)
    expect(store.size).toBe(2)
    answers(lasting('max-age=10', 'by both', { vary: 'a, b', etag: '"2"' }))
    await ask('/', { a: '1' })
    expect(store.size).toBe(2)
  })

  test('a store that answers later gives the same answers', async () => {
    const clock = fakeClock()
    const store = faultyStore(memoryStore({ clock }), {
      clock,
      faults: { get: { kind: 'async' }, set: { kind: 'async' } },
    })
    const { ask, asked } = openOrigin({ clock, store }, varied('page', 'x'))
    for (const x of ['1', '2', '1', '2']) expect(await (await ask('/', { x })).text()).toBe('page')
    expect(asked).toHaveLength(2)
  })

  test('names that strangers can make as many of as they like take little room (I7)', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock, maxEntries: 160 })
    const { ask, asked, answers } = openOrigin({ clock, store }, varied('page', 'x'))
    for (let i = 0; i < 20; i++) await ask(`/page/${i}`)
    answers({ ...varied('none', 'x'), status: 404 })
    for (let i = 0; i < 500; i++) await ask(`/made-up/${i}`)
    const before = asked.length
    for (let i = 0; i < 20; i++) await ask(`/page/${i}`)
    expect(asked).toHaveLength(before)
  })
})
