import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { NODES, type Scene } from './scene.ts'
import type { Troubles } from './troubles.ts'

interface Trouble {
  /** Whom it befalls: one node, or all of them by their Redis. */
  readonly of: 'node' | 'all'
  happen(scene: Scene, o: { readonly place: number; readonly forMs: number }): Promise<void>
}

const TROUBLES: readonly Trouble[] = [
  {
    of: 'node',
    async happen(scene, { place }) {
      await scene.fleet.node(place).signal('SIGKILL')
      await scene.replace(place)
    },
  },
  {
    of: 'node',
    async happen({ fleet }, { place, forMs }) {
      const node = fleet.node(place)
      await node.signal('SIGSTOP')
      await sleep(forMs)
      await node.signal('SIGCONT')
    },
  },
  {
    of: 'node',
    async happen(scene, { place, forMs }) {
      const proxy = scene.proxy(place)
      proxy.mode = 'hang'
      await sleep(forMs)
      proxy.mode = 'pass'
    },
  },
  {
    of: 'node',
    async happen(scene, { place, forMs }) {
      const proxy = scene.proxy(place)
      proxy.mode = 'refuse'
      proxy.reset()
      await sleep(forMs)
      proxy.mode = 'pass'
    },
  },
  {
    of: 'node',
    async happen(scene, { place, forMs }) {
      scene.proxy(place).cutAnswersAfter(forMs)
    },
  },
  {
    of: 'all',
    async happen({ redis }, { forMs }) {
      redis.pause()
      await sleep(forMs)
      redis.resume()
    },
  },
  {
    of: 'all',
    async happen({ redis }, { forMs }) {
      await redis.kill()
      await sleep(forMs / 4)
      await redis.restart()
    },
  },
  {
    of: 'all',
    async happen({ redis }) {
      const client = new Redis(redis.port)
      await client.flushall()
      client.disconnect()
    },
  },
]

const ALL = Array.from({ length: NODES }, (_, place) => place)
const SHORTEST_MS = 200
const LONGEST_MS = 4_000
const PAUSE_MS = 3_000

/** One trouble after the other, as the dice fall, until it is called off; the last of them is over then. */
export async function havoc(
  scene: Scene,
  {
    troubles,
    share,
    signal,
  }: { readonly troubles: Troubles; readonly share: () => number; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const trouble = TROUBLES[Math.floor(share() * TROUBLES.length)] as Trouble // a share is below 1
    const place = Math.floor(share() * NODES)
    const forMs = SHORTEST_MS + share() ** 2 * (LONGEST_MS - SHORTEST_MS)
    await troubles.during(trouble.of === 'node' ? [place] : ALL, () => trouble.happen(scene, { place, forMs }))
    await sleep(PAUSE_MS * 2 * share(), undefined, { signal }).catch(() => {})
  }
}
