import type { Page } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { type Node, openTwo } from './fleet.ts'
import { settled } from './harness.ts'

/** What a visitor waits for when they hang up. */
const WAITS: Readonly<Record<string, (one: Node, other: Node) => void>> = {
  'the store looks for the page': ({ store }) => {
    store.faults.get = { kind: 'delay', ms: 200 }
  },
  'the lease is asked for': ({ store }) => {
    store.faults.take = { kind: 'delay', ms: 200 }
  },
  'the lease is asked for, and another takes the place': (one) => {
    one.store.faults.take = { kind: 'delay', ms: 200 }
    void one.get('/busy')
  },
  'the render waits for its turn': (one) => {
    void one.get('/busy')
  },
  'another process renders': (_, other) => {
    void other.get('/a')
  },
}

const GAPS: Readonly<Record<string, () => Promise<void>>> = {
  'at the same instant': async () => {},
  'in the same turn': () => Promise.resolve(),
  'in the next one': settled,
}

const CASES = Object.keys(WAITS).flatMap((wait) =>
  Object.keys(GAPS).flatMap((gap) => [0, 100, 200, 300].map((leftAfterMs) => [wait, gap, leftAfterMs] as const)),
)

describe('a visitor who hangs up and comes again at once (I9, C6)', () => {
  test.each(CASES)('while %s, %s, after %i ms: is given the page, of one render', async (wait, gap, leftAfterMs) => {
    const [one, other] = openTwo({ storeTimeoutMs: 5_000, admission: { concurrency: 1 } })
    WAITS[wait]?.(one, other)
    await settled()
    const connection = new AbortController()
    void one.get('/a', { signal: connection.signal })
    await one.clock.advanceAsync(leftAfterMs)
    connection.abort()
    await GAPS[gap]?.()
    const answered: Page[] = []
    void one.get('/a').then((page) => answered.push(page))
    await one.clock.advanceAsync(500)
    expect(answered).toEqual([])
    const ended = new Set<unknown>()
    for (let i = 0; i < 2; i++) {
      for (const render of [...one.renders.all, ...other.renders.all].filter((each) => !ended.has(each))) {
        ended.add(render)
        await render.answers(`<p>${new URL(render.input.request.url).pathname}`)
      }
      await one.clock.advanceAsync(1_000)
    }
    expect(await answered[0]?.text()).toBe('<p>/a')
    const asked = [...one.renders.paths, ...other.renders.paths]
    expect(asked.filter((path) => path === '/a')).toHaveLength(1)
    expect(one.cache.stats()).toMatchObject({ flights: 0, renders: { running: 0, queued: 0 } })
  })
})
