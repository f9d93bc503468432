import { createRenderCache, memoryStore, pageContext, type RenderCache, type Store, tieredStore } from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import type { Clock } from '../../src/clock.ts'
import type { Generation, InvalidationLog, Lease, LogTail, Now } from '../../src/store/index.ts'
import type { MemoryStore } from '../../src/store/memory-store.ts'
import { readAnew } from '../read-anew.ts'

// Several caches on one shared store, over a network that a script makes slow, deaf or dead. One clock drives everything; each cache has its own idea of it.

/** After so long without proof a follower says that it is cut off. */
export const SYNC_TIMEOUT_MS = 2_000
/** How often a follower looks whether it was told of everything. */
const HEARTBEAT_MS = 500
/** The longest way of a message, in one direction. */
export const LONGEST_WAY_MS = 20
/** Longer than any call of one request takes while the network is well. */
export const STORE_TIMEOUT_MS = 1_000

/** How a cache reaches the shared store. `mute`: reads bring no word of the log. */
export type LinkState = 'well' | 'mute' | 'down' | 'hung'

/** One cache's way to the shared store. */
export class Link {
  state: LinkState = 'well'
  isCrashed = false
  readonly #world: World
  readonly #listeners: (() => void)[] = []
  /** Whether it is told what is appended. */
  #isTold = true
  /** When calls were not answered last, and when something was not told, by the world's clock. */
  #unansweredAt = Number.NEGATIVE_INFINITY
  #untoldAt = Number.NEGATIVE_INFINITY
  /** When neither messages nor reads brought the log's word last. */
  #unawareAt = Number.NEGATIVE_INFINITY

  constructor(world: World) {
    this.#world = world
  }

  become(state: LinkState, isTold = this.#isTold): void {
    this.#note()
    this.state = state
    this.#isTold = isTold
    this.#note()
    for (const listener of this.#listeners) listener()
  }

  /** Calls `listener` when anything changes. */
  onTrouble(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** For whoever reads what went wrong. */
  get shown(): string {
    return `${this.isCrashed ? 'crashed' : this.state}, ${this.#isTold ? 'told' : 'not told'}, unanswered at ${this.#unansweredAt}`
  }

  crash(): void {
    this.isCrashed = true
  }

  /** Whether calls were answered all the time since, and the log's word came, one way or the other. */
  wasAwareSince(time: number): boolean {
    return this.isReaching && Math.max(this.#unansweredAt, this.#unawareAt) < time && !this.#isUnaware
  }

  get #isUnaware(): boolean {
    return this.state === 'mute' && !this.#isTold
  }

  /** Whether something may not have been told since. */
  wasTroubledAfter(time: number): boolean {
    return !this.isTelling || this.#untoldAt > time
  }

  get isTelling(): boolean {
    return this.isReaching && this.#isTold
  }

  get isReaching(): boolean {
    return !this.isCrashed && (this.state === 'well' || this.state === 'mute')
  }

  /** A call's way there and back: it may be lost on either. */
  async through<T>(reach: () => Now<T>): Promise<T> {
    await this.#way()
    const answer = await reach()
    await this.#way()
    return answer
  }

  async #way(): Promise<void> {
    await this.#pass()
    await this.#world.travel()
    await this.#pass()
  }

  async #pass(): Promise<void> {
    if (this.isCrashed || this.state === 'hung') await new Promise(() => {})
    if (this.state === 'down') throw new Error('connection refused')
  }

  #note(): void {
    if (!this.isReaching) this.#unansweredAt = this.#world.clock.now()
    if (!this.isTelling) this.#untoldAt = this.#world.clock.now()
    if (this.#isUnaware) this.#unawareAt = this.#world.clock.now()
  }
}

/** What all caches share: time, the store, and the network's moods. */
export class World {
  readonly clock: FakeClock = fakeClock(1_000_000_000)
  readonly shared: MemoryStore = memoryStore({ clock: this.clock })
  #random: number

  constructor(seed: number) {
    this.#random = seed
  }

  /** Between 0 and 1, the same for the same seed. */
  random(): number {
    this.#random = (this.#random * 1_664_525 + 1_013_904_223) >>> 0
    return this.#random / 2 ** 32
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.schedule(ms, resolve))
  }

  /** Messages overtake each other. */
  async travel(): Promise<void> {
    await this.sleep(Math.floor(this.random() * (LONGEST_WAY_MS + 1)))
  }
}

/** The shared store as one cache reaches it. */
function reached({ shared, clock: worldClock }: World, link: Link, clock: Clock, world: World): Store {
  const lease = leaseOver(shared.lease, link, { worldClock, clock })
  return {
    capabilities: { shared: true, persistent: true, lease: true, log: true },
    get: (key, { since }) =>
      link.through(() => {
        const found = readAnew(shared.get(key, { since }))
        return link.state === 'mute' ? { ...found, tail: 'unread' } : found
      }),
    set: (key, value, o) => link.through(() => shared.set(key, value, o)),
    delete: (key, o) => link.through(() => shared.delete(key, o)),
    lease,
    log: logOver(world, link),
  }
}

/** What remains is told, and added to the asker's own clock. */
function leaseOver(
  lease: MemoryStore['lease'],
  link: Link,
  { worldClock, clock }: { readonly worldClock: Clock; readonly clock: Clock },
): Lease {
  const here = (until: number): number => (until === 0 ? 0 : clock.now() + Math.max(0, until - worldClock.now()))
  return {
    async take(key, o) {
      const taken = await link.through(() => lease.take(key, o))
      const graceUntil = here(taken.graceUntil)
      return taken.held
        ? { ...taken, graceUntil }
        : { ...taken, graceUntil, restUntil: here(taken.restUntil), endsAt: here(taken.endsAt) }
    },
    async renew(key, token, o) {
      const renewed = await link.through(() => lease.renew(key, token, o))
      return renewed && { graceUntil: here(renewed.graceUntil) }
    },
    release: (key, token, o) => link.through(() => lease.release(key, token, o)),
    released: (key, o) => link.through(() => lease.released(key, o)),
  }
}

function logOver(world: World, link: Link): InvalidationLog {
  const { log } = world.shared
  return {
    append: (targets, o) => link.through(() => log.append(targets, o)),
    read: (since) => link.through(() => log.read(since)),
    follow: (on) => new Follower(world, link, on).follow(),
  }
}

/** Tells one cache what is appended, on a way of its own; while that way is in trouble, looks every now and then whether that was all. */
class Follower {
  readonly #world: World
  readonly #link: Link
  readonly #on: (news: LogTail | 'cut') => void
  #since: Generation = { epoch: '', position: -1 }
  #provenAt = 0
  #isBeating = false
  #isCut = false
  #isOver = false

  constructor(world: World, link: Link, on: (news: LogTail | 'cut') => void) {
    this.#world = world
    this.#link = link
    this.#on = on
  }

  follow(): () => void {
    const unfollow = this.#world.shared.log.follow((tail) => void this.#deliver(tail))
    this.#link.onTrouble(() => this.#wake())
    this.#wake()
    return () => {
      this.#isOver = true
      unfollow()
    }
  }

  async #deliver(tail: LogTail | 'cut'): Promise<void> {
    await this.#world.travel()
    if (this.#link.isTelling && !this.#isOver && !this.#isCut) this.#on(tail)
  }

  /** From now on nothing proves by itself that all was told. */
  #wake(): void {
    if (this.#isBeating) return
    this.#isBeating = true
    this.#provenAt = this.#world.clock.now()
    this.#beat()
  }

  #beat(): void {
    this.#isBeating = !this.#isOver && !this.#link.isCrashed
    if (!this.#isBeating) return
    void this.#catchUp()
    this.#world.clock.schedule(HEARTBEAT_MS, () => this.#isBeating && this.#beat())
    if (this.#isCut || this.#world.clock.now() - this.#provenAt < SYNC_TIMEOUT_MS) return
    this.#isCut = true
    this.#on('cut')
  }

  async #catchUp(): Promise<void> {
    const askedAt = this.#world.clock.now()
    const tail = await this.#link.through(() => this.#world.shared.log.read(this.#since)).catch(() => undefined)
    if (tail === undefined || this.#isOver || askedAt < this.#provenAt || !this.#link.isTelling) return
    this.#provenAt = askedAt
    this.#since = tail.head
    this.#isCut = false
    this.#isBeating = this.#link.wasTroubledAfter(askedAt)
    this.#on(tail)
  }
}

/** One render, as it happened. */
export interface Render {
  readonly id: number
  readonly node: Node
  readonly path: string
  readonly startedAt: number
  readonly startTime: number
  /** Whether its cache asked the store then: one that has not been answered is tried again only when somebody comes. */
  readonly isAsking: boolean
  endedAt: number
}

/** One cache of the fleet. */
export class Node {
  readonly name: string
  readonly link: Link
  readonly cache: RenderCache
  readonly isTiered: boolean
  readonly #world: World
  /** How far its clock is from the world's. */
  #skew: number

  constructor(
    world: World,
    { name, isTiered, skew }: { readonly name: string; readonly isTiered: boolean; readonly skew: number },
  ) {
    this.#world = world
    this.name = name
    this.#skew = skew
    this.isTiered = isTiered
    this.link = new Link(world)
    const clock: Clock = {
      now: () => world.clock.now() + this.#skew,
      schedule: (ms, run) => world.clock.schedule(ms, () => this.link.isCrashed || run()),
      cancel: (timer) => world.clock.cancel(timer),
    }
    const far = reached(world, this.link, clock, world)
    this.cache = createRenderCache({
      clock,
      store: isTiered ? tieredStore(memoryStore({ clock }), far, { clock }) : far,
      storeTimeoutMs: STORE_TIMEOUT_MS,
      maxAge: 300,
      admission: { concurrency: 100 },
      routes: [{ match: '/:page', tags: ({ page }) => [`known:${page}`] }],
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    })
  }

  step(ms: number): void {
    this.#skew += ms
  }

  /** Renders a page that says only at its end what it was made from. */
  async render(
    render: Render,
    { takesMs, fails }: { readonly takesMs: number; readonly fails: boolean },
    next: () => number,
  ): Promise<Response> {
    await this.#world.sleep(takesMs)
    if (this.link.isCrashed) await new Promise(() => {})
    render.endedAt = next()
    if (fails) throw new Error('the app is down')
    pageContext()?.tag(`found:${render.path}`)
    return new Response(`${render.path}#${render.id}`, { headers: { 'content-type': 'text/html' } })
  }
}
