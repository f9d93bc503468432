import { setTimeout as sleep } from 'node:timers/promises'
import type { FrontNode } from '../front/front.ts'
import { Service } from './service.ts'

/** How long a process that could not be started is waited for before the next try; twice as long each time, up to the most. */
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 8_000

export interface FleetOptions {
  readonly size: number
  readonly entry: string
  readonly env: Readonly<Record<string, string>>
}

/** Processes that serve the same shop. One that dies is replaced by another of its name. */
export class Fleet {
  readonly #options: FleetOptions
  /** By name, those that serve. */
  readonly #serving = new Map<string, Service>()
  #stopping = false

  /** Resolves when all of them serve; rejects where one cannot be started. */
  static async start(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options)
    const names = Array.from({ length: options.size }, (_, i) => `node ${i + 1}`)
    await Promise.all(names.map((name) => fleet.#start(name)))
    return fleet
  }

  private constructor(options: FleetOptions) {
    this.#options = options
  }

  get nodes(): readonly (FrontNode & { readonly pid: number | undefined })[] {
    const byName = [...this.#serving].toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    return byName.map(([name, { port, pid }]) => ({ name, port, pid }))
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all([...this.#serving.values()].map((service) => service.stop()))
  }

  async #start(name: string): Promise<void> {
    const { entry, env } = this.#options
    const service = await Service.start({ name, entry, env: { ...env, PORT: '0', NODE_NAME: name } })
    // It was still on its way when the others were told.
    if (this.#stopping) return service.stop()
    this.#serving.set(name, service)
    void service.ended.then((how) => {
      this.#serving.delete(name)
      if (this.#stopping) return
      console.error(`${name}  ended     process ${service.pid} (${how}); another one takes its place`)
      void this.#replace(name)
    })
  }

  async #replace(name: string): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; !this.#stopping; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      try {
        await this.#start(name)
        console.log(`${name}  started   process ${this.#serving.get(name)?.pid}`)
        return
      } catch (error) {
        console.error(`${name}  failed    ${error instanceof Error ? error.message : error}`)
        await sleep(waitMs)
      }
    }
  }
}
