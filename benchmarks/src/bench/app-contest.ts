import type { AppName } from './apps.ts'
import type { BarRule } from './bar.ts'
import { type Contender, type Contest, type Effort, measure } from './contest.ts'
import { Load } from './load.ts'
import type { Part } from './part.ts'
import { type ProxyName, startProxy } from './proxies.ts'
import { bytesHashedIn } from './rendering.ts'
import type { TableSamples } from './samples.ts'
import { type Server, startServer } from './server.ts'

/** An app that is to be put under load. */
export interface AppEntry {
  readonly name: string
  readonly app: AppName
  /** In front of the app stands this: it is what is measured, and has the page before the app is stopped. @default undefined */
  readonly behind?: ProxyName
  /** Its visitors have the page, and are to be told so. @default false */
  readonly revalidated?: boolean
  readonly bar?: BarRule
}

/** Apps under the same load, each in a process of its own; the load comes from this one. */
export interface AppContest {
  readonly title: string
  readonly note: string
  /** Of each request in turn. */
  readonly path: () => string
  /** Of each request, beside those of a browser that asks for no encoding. */
  readonly headers?: Readonly<Record<string, string>>
  readonly baseline: AppEntry
  readonly contenders: readonly AppEntry[]
}

/** A part of such contests alone, measured one after the other. */
export function appPart(name: string, about: string, contests: readonly AppContest[]): Part {
  const measure = async (effort: Effort): Promise<readonly TableSamples[]> => {
    const tables: TableSamples[] = []
    for (const contest of contests) tables.push(await measureApps(contest, effort))
    return tables
  }
  return { name, about, contests, measure }
}

/** Starts the apps, measures them in paired rounds, and stops them. */
export async function measureApps(contest: AppContest, effort: Effort): Promise<TableSamples> {
  const running: RunningApp[] = []
  const renderBytes = bytesHashedIn(1)
  const started = async (entry: AppEntry): Promise<Contender> => {
    const app = await RunningApp.start(entry, contest, renderBytes)
    running.push(app)
    await app.settle(effort)
    return app
  }
  try {
    const baseline = await started(contest.baseline)
    const contenders: Contender[] = []
    const entries = contest.contenders.filter(
      ({ bar }, i) => effort.judgedOnly !== true || bar !== undefined || i === 0,
    )
    for (const entry of entries) contenders.push(await started(entry))
    const { title, note } = contest
    return await measure({ title, note, baseline, contenders } satisfies Contest, effort)
  } finally {
    await Promise.all(running.map((app) => app.stop()))
  }
}

/** One for each connection; how many fill a round is found from there. */
const FIRST_REQUESTS = 10

type Asked = Pick<AppContest, 'path' | 'headers'>

class RunningApp implements Contender {
  readonly name: string
  readonly bar?: BarRule
  readonly #server: Server
  readonly #load: Load
  readonly #path: () => string
  #requests = FIRST_REQUESTS

  static async start(entry: AppEntry, asked: Asked, renderBytes: number): Promise<RunningApp> {
    const { app, behind, revalidated } = entry
    const server = await startServer(app, renderBytes)
    if (behind !== undefined) return RunningApp.#startBehind(behind, server, { entry, asked })
    const running = new RunningApp(entry, server, asked)
    if (revalidated === true) await running.#load.revalidate(asked.path())
    return running
  }

  /** Whatever the proxy did not keep would be an error from now on: its origin is gone. */
  static async #startBehind(name: ProxyName, origin: Server, { entry, asked }: { entry: AppEntry; asked: Asked }) {
    const running = new RunningApp(entry, await startProxy(name, origin.origin), asked)
    await running.#load.send(FIRST_REQUESTS, asked.path)
    await origin.stop()
    return running
  }

  constructor({ name, bar }: AppEntry, server: Server, { path, headers }: Asked) {
    this.name = name
    if (bar !== undefined) this.bar = bar
    this.#server = server
    this.#load = new Load(server.origin, headers)
    this.#path = path
  }

  async round() {
    const operations = this.#requests
    const before = await this.#server.cpuUs()
    const wallNs = await this.#load.send(operations, this.#path)
    return { operations, wallNs, cpuNs: ((await this.#server.cpuUs()) - before) * 1_000 }
  }

  /** Warms the app up, and finds how many requests fill a round. */
  async settle({ serverWarmUp, serverRoundMs }: Effort): Promise<void> {
    let answered = 0
    for (;;) {
      const { operations, wallNs } = await this.round()
      answered += operations
      const enough = Math.ceil((operations * serverRoundMs * 1e6) / wallNs)
      if (answered >= serverWarmUp && enough <= operations * 1.2) return
      this.#requests = Math.min(enough, operations * 4)
    }
  }

  async stop(): Promise<void> {
    await this.#load.close()
    await this.#server.stop()
  }
}
