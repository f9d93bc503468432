import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../redis/until.ts'
import { FleetNode, type Visit } from './fleet-node.ts'
import type { Made, NodeSettings } from './messages.ts'

export type { FleetNode, Visit } from './fleet-node.ts'

/**
 * A time budget for the store that no busy machine uses up, in milliseconds. Nearly all tests of fleets have it, and not the 50 ms that are the default: where several
 * processes and a Redis share two cores with other tests, those are over now and then though nothing is wrong, and the process then rightly renders by itself. What
 * is about the budget itself, and about a Redis that fails, has the default.
 */
export const PATIENT_MS = 5_000

/** A render, or the load of a value (`value NAME`), that some node has begun. */
export interface Begun {
  readonly node: FleetNode
  readonly of: string
  /** What the data said when it began. */
  readonly version: number
  /** By `performance.now()`. */
  readonly beganAt: number
  /** `undefined`: still under way. */
  readonly endedAt: number | undefined
}

/** Renders that wait until they are let go. */
export interface Held {
  /** Resolves when so many of them wait. */
  reached(count: number): Promise<void>
  /** Those who come from now on do not wait. */
  close(): void
  /** Ends the waiting for all of them. */
  letGo(): void
}

/**
 * Nodes in processes of their own on one store, and the data that their pages are made of. A page shows the version that the data had when its render began,
 * so whatever is served of an older version after an invalidation was not made anew.
 */
export class Fleet {
  readonly nodes: FleetNode[] = []
  /** In the order in which they began. */
  readonly begun: Begun[] = []
  /** What a render takes. */
  renderMs = 0
  /** More about what a render of a path gives; the body is the fleet's. */
  made: (of: string) => Partial<Made> = () => ({})
  readonly #versions = new Map<string, number>()
  #gate: { readonly opened: Promise<void>; waiting: number } | undefined

  /** Starts as many nodes as there are settings. */
  static async start(settings: readonly NodeSettings[]): Promise<Fleet> {
    const fleet = new Fleet()
    await Promise.all(settings.map((of, i) => fleet.add(of, i)))
    return fleet
  }

  /** Starts them, and waits until all have reached Redis: before that, each goes on by itself. */
  static async together(settings: readonly NodeSettings[]): Promise<Fleet> {
    const fleet = await Fleet.start(settings)
    await fleet.connected()
    return fleet
  }

  private constructor() {}

  /** Resolves when all nodes have reached Redis. */
  async connected(): Promise<void> {
    await until('all nodes have reached Redis', async () => {
      const reports = await Promise.all(this.nodes.map((node) => node.call('report')))
      return reports.every(({ state }) => state === 'ready')
    })
  }

  /** Starts one more, or one in place of another. */
  async add(settings: NodeSettings, place: number = this.nodes.length): Promise<FleetNode> {
    const node = await FleetNode.start(settings, (on, of) => this.#make(on, of))
    this.nodes[place] = node
    return node
  }

  node(place: number): FleetNode {
    const node = this.nodes[place]
    if (node === undefined) throw new RangeError(`expected one of ${this.nodes.length} nodes, got ${place}.`)
    return node
  }

  /** As many visits of a path at once, round robin over the nodes. */
  crowd(path: string, visitors: number): Promise<Visit[]> {
    return Promise.all(Array.from({ length: visitors }, (_, i) => this.node(i % this.nodes.length).visit(path)))
  }

  /** The data of a path changes: what is rendered from now on shows it. */
  change(of: string): number {
    const version = this.version(of) + 1
    this.#versions.set(of, version)
    return version
  }

  version(of: string): number {
    return this.#versions.get(of) ?? 1
  }

  /** What was begun for one path, or value. */
  of(path: string): readonly Begun[] {
    return this.begun.filter(({ of }) => of === path)
  }

  /** Renders that begin from now on read their data, and wait. */
  hold(): Held {
    const { promise, resolve } = Promise.withResolvers<void>()
    const gate = { opened: promise, waiting: 0 }
    this.#gate = gate
    const close = (): void => {
      if (this.#gate === gate) this.#gate = undefined
    }
    const letGo = (): void => {
      close()
      resolve()
    }
    return { reached: (count) => until(`${count} renders wait`, () => gate.waiting >= count), close, letGo }
  }

  async #make(node: FleetNode, of: string): Promise<Made> {
    const version = this.version(of)
    const entry: { -readonly [Name in keyof Begun]: Begun[Name] } = {
      node,
      of,
      version,
      beganAt: performance.now(),
      endedAt: undefined,
    }
    this.begun.push(entry)
    const gate = this.#gate
    if (gate !== undefined) {
      gate.waiting++
      await gate.opened
    }
    await sleep(this.renderMs)
    entry.endedAt = performance.now()
    return { body: pageText(of, version), ...this.made(of) }
  }

  /** Stops all nodes. Rejects where one of them had an error that nobody caught, or did not go by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()))
    const faults = this.nodes.flatMap((node) => node.faults)
    if (faults.length > 0) throw new Error(`nodes of the fleet failed:\n${faults.join('\n')}`)
  }
}

function pageText(of: string, version: number): string {
  return `<!doctype html><title>${of}</title><p>version ${version}</p>`
}

/** The version of the data that a page shows. */
export function versionOf({ text }: Pick<Visit, 'text'>): number {
  return Number(/version (\d+)/.exec(text)?.[1])
}

/** Whether a page was served as fresh: whatever is stale says so by a detail. */
export function isFresh({ headers }: Pick<Visit, 'headers'>): boolean {
  const status = String(headers['cache-status'])
  return /^ssr-cache; hit; ttl=\d+$/.test(status)
}
