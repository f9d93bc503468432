import { setTimeout as sleep } from 'node:timers/promises'
import { isFresh, versionOf } from '../../../test-utils/fleet/fleet.ts'
import { seededRandom } from '../seeded-random.ts'
import { editor } from './editor.ts'
import { havoc } from './havoc.ts'
import { Ledger } from './ledger.ts'
import { RenderWatch } from './render-watch.ts'
import { NODES, Scene } from './scene.ts'
import { PATHS, shelfTag } from './shelves.ts'
import { FleetTally } from './tally.ts'
import { Troubles } from './troubles.ts'
import { visitor, type Watch } from './visitors.ts'

/** How a soak of a fleet goes. */
export interface FleetSoakOptions {
  readonly minutes: number
  readonly seed: number
  /** Between two looks at the figures, in milliseconds. */
  readonly lookMs: number
  look(tally: FleetTally): void
}

const VISITORS_OF_EACH = 6
const RENDER_MS = 40
/** After a trouble, until a node is judged as if there had been none: time-outs, a breaker that closes, connections that come back. */
const SETTLE_MS = 10_000
const CONVERGES_WITHIN_MS = 30_000

/** Visits and invalidations at random on real processes and a real Redis, which are killed, hung and cut off meanwhile. */
export async function fleetSoak({ minutes, seed, lookMs, look }: FleetSoakOptions): Promise<FleetTally> {
  const tally = new FleetTally()
  const scene = await Scene.start()
  scene.fleet.renderMs = RENDER_MS
  scene.fleet.made = (path) => ({ tags: [shelfTag(path)] })
  try {
    await underHavoc({ scene, tally, seed, lookMs, look, end: performance.now() + minutes * 60_000 })
    await converged(scene, tally)
  } finally {
    await scene[Symbol.asyncDispose]().catch((error: unknown) => tally.failed(String(error)))
  }
  return tally
}

interface Course extends Omit<FleetSoakOptions, 'minutes'> {
  readonly scene: Scene
  readonly tally: FleetTally
  readonly end: number
}

async function underHavoc({ scene, tally, seed, lookMs, look, end }: Course): Promise<void> {
  const off = new AbortController()
  const { signal } = off
  const troubles = new Troubles(tally, SETTLE_MS)
  const watch: Watch = { scene, tally, troubles, signal, ledger: new Ledger(), share: seededRandom(seed) }
  const renders = new RenderWatch(watch)
  // Dice of its own: the troubles are the same for the same seed, whatever visitors do meanwhile.
  const work = [havoc(scene, { troubles, signal, share: seededRandom(seed + 1) }), editor(watch)]
  for (let i = 0; i < NODES * VISITORS_OF_EACH; i++) work.push(visitor(i % NODES, watch))
  while (performance.now() < end) {
    await sleep(Math.min(lookMs, Math.max(0, end - performance.now())))
    renders.look()
    look(tally)
  }
  off.abort()
  await Promise.all(work)
  renders.look()
}

/** When all is well again, all nodes show all pages as they are now, without being told anything. */
async function converged(scene: Scene, tally: FleetTally): Promise<void> {
  const { fleet } = scene
  const end = performance.now() + CONVERGES_WITHIN_MS
  for (const path of PATHS) {
    fleet.change(path)
    await fleet.node(0).call('purge', { urls: [path] })
    for (;;) {
      const visits = await fleet.crowd(path, NODES)
      if (visits.every((visit) => isFresh(visit) && versionOf(visit) === fleet.version(path))) break
      if (performance.now() < end) continue
      tally.failed(`${path} was not the same everywhere ${CONVERGES_WITHIN_MS / 1_000} s after the last trouble`)
      return
    }
  }
}
