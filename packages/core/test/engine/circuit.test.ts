import { memoryStore, type Store } from '@ssr-cache/core'
import { fakeClock, faultyStore } from '@ssr-cache/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Circuit, type CircuitState } from '../../src/engine/circuit.ts'
import { LATER, type Node, openNode, openTwo } from './fleet.ts'
import { cacheStatus, html, openShop, settled, times } from './harness.ts'

const HANG = { kind: 'hang' } as const

const DOWN = { get: HANG, set: HANG, delete: HANG, take: HANG, renew: HANG, release: HANG }

/** Asks for pages that nobody has asked for, one after another, each until its time for the store is over. */
async function ask(node: Node, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const page = node.render(`/${Math.random()}`, '<p>')
    await node.clock.advanceAsync(50)
    await page
  }
}

function statesOf({ told }: Node): readonly string[] {
  return told.flatMap(([name, event]) => (name === 'store-state' ? [`${event.operation} ${event.state}`] : []))
}

describe('a store that no longer answers is not asked (F2, I6)', () => {
  test.each([['get'], ['take']] as const)(
    'where %s hangs, five requests wait for it, and those after them for nothing (F2)',
    async (method) => {
      const node = openNode()
      node.store.faults[method] = HANG
      await ask(node, 5)
      const before = node.store.calls[method]
      void node.get('/a')
      await settled()
      expect([node.renders.count, node.store.calls[method]]).toEqual([1, before])
    },
  )

  test('where writes hang, requests never wait, and pages are no longer sent (F2)', async () => {
    const node = openNode()
    node.store.faults.set = HANG
    for (let i = 0; i < 5; i++) await node.render(`/${i}`, '<p>')
    await node.clock.advanceAsync(1_000)
    const { set } = node.store.calls
    await node.render('/a', '<p>')
    expect(node.store.calls.set).toBe(set)
    expect(node.cache.stats().store).toMatchObject({ set: 'open', get: 'closed', writes: { dropped: 1, running: 0 } })
    expect(statesOf(node)).toEqual(['set open'])
  })

  test('while reads are spared, nothing is asked at all', async () => {
    const node = openNode()
    Object.assign(node.store.faults, { get: HANG })
    await ask(node, 5)
    const before = { ...node.store.calls }
    await node.render('/a', '<p>')
    expect(node.store.calls).toEqual(before)
  })

  test('late answers among good ones are borne', async () => {
    const node = openNode()
    for (let i = 0; i < 20; i++) {
      node.store.faults.get = i % 3 === 0 ? HANG : { kind: 'async' }
      await ask(node, 1)
    }
    expect(node.cache.stats().store.get).toBe('closed')
  })

  test('a store that refuses writes is still read (F4: READONLY, OOM)', async () => {
    const node = openNode()
    await node.render('/a', '<p>kept')
    node.store.faults.set = {
      kind: 'reject',
      error: new Error('READONLY You can’t write against a read only replica.'),
    }
    for (let i = 0; i < 10; i++) await node.render(`/${i}`, '<p>')
    expect(await node.body('/a')).toBe('<p>kept')
    expect(cacheStatus(await node.get('/a'))).toMatchObject({ hit: true })
  })

  test('a lease service that hangs leaves hits as they are (X4)', async () => {
    const node = openNode()
    await node.render('/a', '<p>kept')
    node.store.faults.take = HANG
    await ask(node, 6)
    expect(cacheStatus(await node.get('/a'))).toMatchObject({ hit: true })
    expect(node.cache.stats().store).toMatchObject({ get: 'closed', lease: 'open' })
    expect(statesOf(node)).toEqual(['lease open'])
  })

  test('one that is let through and is refused at once is spared again for a second (F6)', async () => {
    const node = openNode()
    node.store.faults.take = HANG
    await ask(node, 5)
    await node.clock.advanceAsync(1_000)
    node.store.faults.take = { kind: 'throw', error: new Error('ECONNREFUSED') }
    await node.render('/a', '<p>')
    const { take } = node.store.calls
    await node.render('/b', '<p>')
    expect([node.store.calls.take, statesOf(node)]).toEqual([take, ['lease open', 'lease half-open', 'lease open']])
  })

  test('failures that came in time are told apart from those that did not (I12)', async () => {
    const node = openNode()
    node.store.faults.get = { kind: 'reject', error: new Error('LOADING') }
    await node.render('/a', '<p>')
    expect(node.cache.stats().store).toMatchObject({ failures: 1, timeouts: 0 })
  })

  test.each(['READONLY', 'OOM', 'MOVED 1234 10.0.0.1:6379', 'LOADING', 'WRONGTYPE'])(
    'an answer of %s is a miss (F4)',
    async (message) => {
      const node = openNode()
      const fault = { kind: 'reject', error: new Error(message) } as const
      Object.assign(node.store.faults, { get: fault, set: fault, take: fault, release: fault })
      expect(await (await node.render('/a', '<p>')).text()).toBe('<p>')
    },
  )
})

describe('a store that is back is used again, without a restart (F3, F6)', () => {
  test('one request a second is let through, however many ask, and the others wait for nothing (F6)', async () => {
    const node = openNode()
    Object.assign(node.store.faults, DOWN)
    await ask(node, 5)
    await node.clock.advanceAsync(999)
    const before = node.store.calls.get
    void node.get('/early')
    await settled()
    expect(node.store.calls.get).toBe(before)
    await node.clock.advanceAsync(1)
    void Promise.all(times(20, (i) => node.get(`/${i}`)))
    await settled()
    expect(node.store.calls.get).toBe(before + 1)
    await node.clock.advanceAsync(50)
    void Promise.all(times(20, (i) => node.get(`/x/${i}`)))
    await settled()
    expect(node.store.calls.get).toBe(before + 1)
  })

  test('the first that is answered closes the circuit, and pages are kept again (F3)', async () => {
    const node = openNode()
    await node.render('/a', '<p>kept')
    Object.assign(node.store.faults, DOWN)
    await ask(node, 5)
    Object.assign(node.store.faults, LATER)
    await node.clock.advanceAsync(1_000)
    expect(await node.body('/a')).toBe('<p>kept')
    await node.render('/b', '<p>')
    expect(cacheStatus(await node.get('/b'))).toMatchObject({ hit: true })
    expect(statesOf(node)).toEqual(['get open', 'get half-open', 'get closed'])
  })

  test('what others have purged meanwhile is known with the first answer (F3, I2)', async () => {
    const [one, other] = openTwo()
    await one.render('/a', '<p>old')
    Object.assign(one.store.faults, DOWN)
    await ask(one, 5)
    await other.cache.purge({ tags: ['none'] })
    await other.cache.invalidate({ urls: ['/a'] })
    Object.assign(one.store.faults, LATER)
    await one.clock.advanceAsync(1_000)
    const page = await one.get('/a')
    expect(cacheStatus(page)).toMatchObject({ hit: true, detail: 'refreshing' })
  })

  test('it is told once that it is out of order, and once that it is back; spared calls are counted (I12)', async () => {
    const node = openNode()
    Object.assign(node.store.faults, DOWN)
    await ask(node, 30)
    const { told, logged, cache } = node
    expect(told.filter(([name]) => name === 'store-error').length).toBeLessThan(12)
    expect(logged.filter(([, message]) => message.startsWith('the store does not answer'))).toHaveLength(1)
    expect(cache.stats().store).toMatchObject({ get: 'open', calls: 10, failures: 10, timeouts: 10 })
    expect(cache.stats().store.spared).toBeGreaterThan(20)
    Object.assign(node.store.faults, LATER)
    await node.clock.advanceAsync(1_000)
    await node.render('/a', '<p>')
    expect(logged.filter(([, message]) => message === 'the store answers again')).toHaveLength(1)
  })

  test('invalidate and purge are tried all the same, and fail loudly (F7)', async () => {
    const node = openNode()
    Object.assign(node.store.faults, { ...DOWN, append: { kind: 'reject' } })
    await ask(node, 5)
    await expect(node.cache.purge({ all: true })).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_STORE' })
    node.store.faults.append = { kind: 'async' }
    await node.cache.invalidate({ all: true })
    expect(node.store.calls.append).toBe(2)
  })
})

describe('a process that starts while the store is down (F1)', () => {
  test.each([
    [{ kind: 'reject' }, 0],
    [{ kind: 'throw' }, 0],
    [HANG, 50],
  ] as const)(
    'gives its first page after the render and one budget at most, and finds the store when it is there: %j (F1, F3)',
    async (fault, ms) => {
      const clock = fakeClock()
      const faults = Object.fromEntries(Object.keys(LATER).map((method) => [method, fault]))
      const store = faultyStore(memoryStore({ clock }), { clock, faults })
      const shop = openShop({ clock, store })
      const page = shop.get('/a')
      await clock.advanceAsync(ms)
      await shop.renders.last.answers('<p>')
      expect(await (await page).text()).toBe('<p>')
      Object.assign(store.faults, LATER)
      await clock.advanceAsync(60_000)
      await shop.render('/b', '<p>')
      expect(cacheStatus(await shop.get('/b'))).toMatchObject({ hit: true })
    },
  )
})

describe('a store with a part that is near', () => {
  /** What a store is that looks nearby first. */
  function openNear() {
    const clock = fakeClock()
    const near = memoryStore({ clock })
    const node = openNode({}, clock)
    const { lease, log } = node.store
    const store: Store = {
      capabilities: node.store.capabilities,
      near,
      get(key, o) {
        const found = near.get(key, o)
        return found.value === undefined ? node.store.get(key, o) : found
      },
      async set(key, value, o) {
        near.set(key, value, o)
        return node.store.set(key, value, o)
      },
      delete: (key, o) => node.store.delete(key, o),
      ...(lease && { lease }),
      ...(log && { log }),
    }
    return { ...openShop({ clock, store }), store: node.store, near }
  }

  test('has its hits while the rest does not answer, and takes what is rendered (I6)', async () => {
    const node = openNear()
    await node.render('/a', '<p>near')
    Object.assign(node.store.faults, DOWN)
    await ask(node, 5)
    const before = node.store.calls.get
    expect(await node.body('/a')).toBe('<p>near')
    await node.render('/b', '<p>rendered')
    expect(await node.body('/b')).toBe('<p>rendered')
    expect(node.store.calls.get).toBe(before)
  })

  test('says nothing of whether the rest is back: the next that is not near is let through (F6)', async () => {
    const node = openNear()
    await node.render('/a', '<p>near')
    Object.assign(node.store.faults, DOWN)
    await ask(node, 5)
    await node.clock.advanceAsync(1_000)
    const before = node.store.calls.get
    const told = node.told.length
    for (let i = 0; i < 5; i++) await node.body('/a')
    expect([node.cache.stats().store.get, node.store.calls.get]).toEqual(['open', before])
    expect(node.told.slice(told).filter(([name]) => name === 'store-state')).toEqual([])
    void node.get('/far')
    await settled()
    expect(node.store.calls.get).toBe(before + 1)
  })
})

test('a circuit that is open lets one call through at a time, whatever becomes of it (F6)', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('ask', 'good', 'bad', 'wait'), { maxLength: 100 }), (script) => {
      const clock = fakeClock()
      const changes: CircuitState[] = []
      const circuit = new Circuit(clock, (state) => changes.push(state))
      let isTried = false
      for (const act of script) {
        const wasOpen = circuit.state !== 'closed'
        if (act === 'wait') clock.advance(1_000)
        if (act === 'good') circuit.succeeded()
        if (act === 'bad') circuit.failed()
        if (circuit.state !== 'half-open') isTried = false
        if (act !== 'ask') continue
        const isAdmitted = circuit.admits()
        if (wasOpen && isAdmitted) expect(isTried).toBe(false)
        isTried = wasOpen && (isAdmitted || isTried)
        expect(circuit.state).toBe(changes.at(-1) ?? 'closed')
      }
    }),
  )
})

test('a store that throws at once costs nobody time, and is asked each time (F4)', async () => {
  const node = openNode()
  node.store.faults.get = { kind: 'throw' }
  for (let i = 0; i < 20; i++) await node.render('/a', html('<p>'))
  expect(node.cache.stats().store.get).toBe('closed')
  node.store.faults.get = undefined
  expect(cacheStatus(await node.get('/a'))).toMatchObject({ hit: true })
})
