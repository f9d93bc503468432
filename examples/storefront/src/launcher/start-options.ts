import { parseArgs } from 'node:util'

export interface StartOptions {
  /** As `API_LATENCY_MS` takes it. */
  readonly latency: string | undefined
  /** As `RENDER` takes it. */
  readonly render: string | undefined
  /** Where several processes share one Redis. */
  readonly fleet: FleetWish | undefined
}

export interface FleetWish {
  readonly nodes: number
  /** `undefined`: one of our own. */
  readonly redisUrl: string | undefined
}

const MOST_NODES = 16

/** What `npm start -- …` was told. Throws with the way out where it makes no sense. */
export function startOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: args.flatMap((arg, i) => (arg === '--redis' && !isValue(args[i + 1]) ? ['--redis='] : [arg])),
    options: {
      latency: { type: 'string' },
      render: { type: 'string' },
      redis: { type: 'string' },
      nodes: { type: 'string' },
    },
  })
  const { latency, render, redis, nodes } = values
  if (redis === undefined && nodes !== undefined) throw new Error(NODES_ALONE)
  const fleet = redis === undefined ? undefined : { nodes: nodesOf(nodes), redisUrl: redis || undefined }
  if (render !== undefined && render !== 'main' && render !== 'worker') throw new Error(noSuchRender(render))
  return { latency, render, fleet }
}

const NODES_ALONE =
  'Several processes need a Redis that they share: alone, each would render every page, and hear of no edit. Write npm start -- --redis --nodes 4.'

function noSuchRender(render: string): string {
  return `--render must be main or worker, got ${JSON.stringify(render)}. Write npm start -- --render worker.`
}

/** `--redis` may stand alone. */
function isValue(arg: string | undefined): boolean {
  return arg !== undefined && !arg.startsWith('--')
}

function nodesOf(text = '4'): number {
  const nodes = Number(text)
  if (/^\d+$/.test(text) && nodes >= 1 && nodes <= MOST_NODES) return nodes
  throw new Error(
    `--nodes must be a whole number from 1 to ${MOST_NODES}, got ${JSON.stringify(text)}. Write --nodes 4.`,
  )
}
