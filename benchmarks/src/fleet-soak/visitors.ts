import { setTimeout as sleep } from 'node:timers/promises'
import { isFresh, type Visit, versionOf } from '../../../test-utils/fleet/fleet.ts'
import { isHit } from '../../../test-utils/hit.ts'
import type { Ledger } from './ledger.ts'
import type { Scene } from './scene.ts'
import { PATHS } from './shelves.ts'
import type { FleetTally } from './tally.ts'
import type { Troubles } from './troubles.ts'

/** How long a near cache may believe what it has when it is cut off, by its default, and what a busy machine takes on top. */
const SYNC_MS = 2_000 + 1_000
const PAUSE_MS = 60

/** What visitors look at, and write down. */
export interface Watch {
  readonly scene: Scene
  readonly ledger: Ledger
  readonly troubles: Troubles
  readonly tally: FleetTally
  readonly share: () => number
  readonly signal: AbortSignal
}

/** One visitor of one node, until it is called off: asks for a page, looks at the answer, waits, asks again. */
export async function visitor(place: number, watch: Watch): Promise<void> {
  const { share, signal } = watch
  while (!signal.aborted) {
    // A low number is asked for more often than a high one, as on any site.
    await visit(place, PATHS[Math.floor(PATHS.length * share() ** 2)] as string, watch)
    await sleep(PAUSE_MS * 2 * share())
  }
}

async function visit(place: number, path: string, watch: Watch): Promise<void> {
  const { scene, tally } = watch
  const node = scene.fleet.node(place)
  if (!node.isRunning) return
  const askedAt = performance.now()
  tally.requests++
  try {
    const answer = await node.visit(path)
    if (isHit(answer)) tally.hits++
    judge(answer, { place, path, askedAt }, watch)
  } catch (error) {
    if (!node.isRunning) tally.lost++
    else tally.failed(`${path} of node ${place}: ${error}`)
  }
}

interface Asked {
  readonly place: number
  readonly path: string
  readonly askedAt: number
}

function judge(answer: Visit, { place, path, askedAt }: Asked, { scene, ledger, troubles, tally }: Watch): void {
  if (answer.status !== 200) {
    tally.failed(`${path} of node ${place}: ${answer.status}, ${statusOf(answer)}`)
    return
  }
  const isCalm = troubles.isCalm(place, askedAt)
  if (!isFresh(answer) && !(isCalm && isRendered(answer))) return
  const version = versionOf(answer)
  const behindMs = ledger.behindMs(path, version, askedAt)
  if (scene.isNear(place) && isCalm) tally.behindMs = Math.max(tally.behindMs, behindMs)
  if (behindMs <= (scene.isNear(place) ? SYNC_MS : 0)) return
  tally.staleAfterInvalidation++
  tally.note(
    `${path} of node ${place}: version ${version} as fresh ${Math.round(behindMs)} ms after it was over${isCalm ? '' : ', in trouble'} (${statusOf(answer)})`,
  )
}

function isRendered(answer: Visit): boolean {
  return statusOf(answer).includes('fwd=') && !statusOf(answer).includes('detail=')
}

function statusOf({ headers }: Visit): string {
  return String(headers['cache-status'])
}
