import { memoryStore, type Page, type RenderCacheOptions, type Store } from '@ssr-cache/core'
import { type FakeClock, type Faults, type FaultyStore, fakeClock, faultyStore } from '@ssr-cache/core/testing'
import { openShop, type Shop, times } from './harness.ts'

/** A store that answers later, as one behind a network does. */
export const LATER: Faults = Object.fromEntries(
  ['get', 'set', 'delete', 'take', 'renew', 'release', 'append', 'read'].map((method) => [method, { kind: 'async' }]),
)

/** One of several processes: a cache of its own, and a way of its own to the store that all of them share. */
export interface Node extends Shop {
  readonly store: FaultyStore
}

/** A process whose store is as far away as another machine. */
export function openNode(
  options: RenderCacheOptions = {},
  clock: FakeClock = fakeClock(),
  shared: Store = memoryStore({ clock }),
): Node {
  const store = faultyStore(shared, { clock, faults: LATER })
  return { ...openShop({ clock, store, ...options }), store }
}

/** Processes on one store that answers later. */
export function openFleet(count: number, options: RenderCacheOptions = {}): readonly Node[] {
  const clock = fakeClock()
  const shared = memoryStore({ clock })
  return times(count, () => openNode(options, clock, shared))
}

export function openTwo(options: RenderCacheOptions = {}): readonly [Node, Node] {
  return openFleet(2, options) as readonly [Node, Node] // as many as were asked for
}

/** How many renders have begun in all of them. */
export function rendersOf(fleet: readonly Node[]): number {
  return fleet.reduce((sum, { renders }) => sum + renders.count, 0)
}

/** What they are given, each once. */
export async function bodies(pages: readonly Promise<Page>[]): Promise<ReadonlySet<string>> {
  return new Set(await Promise.all(pages.map(async (page) => (await page).text())))
}
