import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeCalls } from '../../../test-utils/fleet/messages.ts'
import { NODES } from './scene.ts'
import { PATHS, shelfOf, shelfTag } from './shelves.ts'
import type { Watch } from './visitors.ts'

type Said = 'invalidate' | 'purge'

interface Edit {
  readonly said: Said
  readonly what: NodeCalls[Said]['argument']
  readonly paths: readonly string[]
}

const PAUSE_MS = 150

/** Changes data and says so to some node, one after the other, until it is called off. */
export async function editor(watch: Watch): Promise<void> {
  const { scene, share, signal } = watch
  while (!signal.aborted) {
    const edit = drawn(share)
    for (const path of edit.paths) scene.fleet.change(path)
    await confirmed(edit, Math.floor(share() * NODES), watch)
    await sleep(PAUSE_MS * 2 * share())
  }
}

/** What is refused is not confirmed: whoever says it would say it again. */
async function confirmed(
  { said, what, paths }: Edit,
  place: number,
  { scene: { fleet }, ledger, tally }: Watch,
): Promise<void> {
  const node = fleet.node(place)
  if (!node.isRunning) return
  const answered = ledger.said(paths, (path) => fleet.version(path))
  tally.invalidations++
  const isConfirmed = await node.call(said, what).then(
    () => true,
    () => false,
  )
  answered(isConfirmed)
  if (!isConfirmed) tally.refused++
}

function drawn(share: () => number): Edit {
  const path = PATHS[Math.floor(PATHS.length * share())] as string // a share is below 1
  const shelf = PATHS.filter((other) => shelfOf(other) === shelfOf(path))
  const said = share() < 0.5 ? 'invalidate' : 'purge'
  const lot = share()
  if (lot < 0.6) return { said, what: { urls: [path] }, paths: [path] }
  if (lot < 0.9) return { said, what: { tags: [shelfTag(path)] }, paths: shelf }
  if (lot < 0.98) return { said, what: { prefix: `/shelves/${shelfOf(path)}/` }, paths: shelf }
  return { said, what: { all: true }, paths: PATHS }
}
