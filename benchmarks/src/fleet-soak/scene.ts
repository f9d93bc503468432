import { Fleet } from '../../../test-utils/fleet/fleet.ts'
import type { NodeSettings } from '../../../test-utils/fleet/messages.ts'
import { type FaultProxy, startFaultProxy } from '../../../test-utils/redis/fault-proxy.ts'
import { type RedisServer, startRedis } from '../../../test-utils/redis/server.ts'

const FIVE_MINUTES = 300_000

/** Half of them with a memory of their own before Redis, half of them by another clock. */
const KINDS: readonly Pick<NodeSettings, 'near' | 'skewMs'>[] = [
  {},
  { near: true },
  { skewMs: FIVE_MINUTES },
  { near: true, skewMs: -FIVE_MINUTES },
]

export const NODES = KINDS.length

/** Lives that are longer than the clocks are apart, and short graces, so that minutes see what days would. */
const CACHE: NonNullable<NodeSettings['cache']> = {
  maxAge: 900,
  staleWhileRevalidate: 900,
  downstream: { staleMaxAge: 1 },
  admission: { timeoutMs: 8_000 },
  // Longer than a busy machine takes for an answer: a process that does without its lease renders by itself, and rightly so.
  storeTimeoutMs: 500,
}

/** A Redis, and nodes that each reach it over a network of their own. */
export class Scene {
  readonly redis: RedisServer
  readonly proxies: readonly FaultProxy[]
  readonly fleet: Fleet
  readonly #settings: readonly NodeSettings[]

  static async start(): Promise<Scene> {
    const redis = await startRedis()
    const proxies = await Promise.all(KINDS.map(() => startFaultProxy(redis)))
    const settings = KINDS.map((kind, place) => {
      return { ...kind, url: `redis://127.0.0.1:${proxies[place]?.port}`, cache: CACHE }
    })
    return new Scene(redis, proxies, settings, await Fleet.start(settings))
  }

  private constructor(
    redis: RedisServer,
    proxies: readonly FaultProxy[],
    settings: readonly NodeSettings[],
    fleet: Fleet,
  ) {
    this.redis = redis
    this.proxies = proxies
    this.fleet = fleet
    this.#settings = settings
  }

  /** Whether the node has a memory of its own, which hears of news by message. */
  isNear(place: number): boolean {
    return KINDS[place]?.near === true
  }

  proxy(place: number): FaultProxy {
    return this.proxies[place] as FaultProxy // one for each node
  }

  /** A new process in place of one that is gone. */
  async replace(place: number): Promise<void> {
    await this.fleet.add(this.#settings[place] as NodeSettings, place) // one for each node
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.fleet[Symbol.asyncDispose]()
    } finally {
      await Promise.all(this.proxies.map((proxy) => proxy[Symbol.asyncDispose]()))
      await this.redis[Symbol.asyncDispose]()
    }
  }
}
