import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Asked, ask, type Reply } from '../serve.ts'
import type { FromNode, Made, NodeCalls, NodeSettings, ToNode } from './messages.ts'

const PROGRAM = fileURLToPath(new URL('node-program.ts', import.meta.url))

/** What a closed node may take to go by itself. */
const GOES_WITHIN_MS = 10_000

/** Gives what a render or load on that node is to give. */
export type Makes = (node: FleetNode, of: string) => Made | Promise<Made>

/** An answer, and how long it took. */
export interface Visit extends Reply {
  readonly tookMs: number
  /** Of the process that was asked. */
  readonly node: FleetNode
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** One node of a fleet, in a process of its own. */
export class FleetNode {
  /** What nobody caught in it, and whether it went by itself when it was told to. */
  readonly faults: string[] = []
  readonly #child: ChildProcess
  readonly #makes: Makes
  readonly #calls = new Map<number, Waiting>()
  #port = 0
  #lastId = 0
  #isStopped = false

  static async start(settings: NodeSettings, makes: Makes): Promise<FleetNode> {
    const child = fork(PROGRAM, [JSON.stringify(settings)], {
      execArgv: ['--conditions=@ssr-cache/source'],
      env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const node = new FleetNode(child, makes)
    const [listening] = (await Promise.race([once(child, 'message'), gone(child)])) as [FromNode]
    if (listening.kind !== 'listening') throw new Error(`expected a node to listen, got ${JSON.stringify(listening)}.`)
    node.#port = listening.port
    return node
  }

  private constructor(child: ChildProcess, makes: Makes) {
    this.#child = child
    this.#makes = makes
    child.on('message', (message: FromNode) => void this.#heard(message))
    child.once('exit', () => {
      for (const { reject } of this.#calls.values()) reject(new Error('the node is gone'))
      this.#calls.clear()
    })
  }

  get pid(): number {
    return this.#child.pid as number // it was started
  }

  /** Not told to end, and not ended. */
  get isRunning(): boolean {
    return !this.#isStopped && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Rejects where the node dies before it has answered. */
  async visit(path: string, o: Asked = {}): Promise<Visit> {
    const askedAt = performance.now()
    const reply = await ask(this.#port, path, {
      ...o,
      headers: { host: 'fleet.example', accept: 'text/html', ...o.headers },
    })
    return { ...reply, tookMs: performance.now() - askedAt, node: this }
  }

  /** Rejects with the node's own error, whose code is kept. */
  call<Name extends keyof NodeCalls>(
    name: Name,
    ...[argument]: NodeCalls[Name]['argument'] extends undefined ? [] : [NodeCalls[Name]['argument']]
  ): Promise<NodeCalls[Name]['result']> {
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#calls.set(id, { resolve, reject })
    this.#tell({ kind: 'call', id, name, argument })
    return promise as Promise<NodeCalls[Name]['result']> // what the node gives for this name
  }

  /** SIGSTOP and SIGCONT hang and wake it; SIGKILL is the end of it. */
  async signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): Promise<void> {
    const ended =
      signal === 'SIGKILL' && this.#child.exitCode === null && this.#child.signalCode === null
        ? once(this.#child, 'exit')
        : undefined
    if (signal === 'SIGKILL') this.#isStopped = true
    this.#child.kill(signal)
    await ended
  }

  /** Closes its cache, and waits until it goes by itself: nothing may be left running. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    const ended = once(this.#child, 'exit')
    this.#tell({ kind: 'close' })
    const late = setTimeout(() => {
      this.faults.push(`did not go within ${GOES_WITHIN_MS} ms of being closed`)
      this.#child.kill('SIGKILL')
    }, GOES_WITHIN_MS)
    await ended
    clearTimeout(late)
  }

  async #heard(message: FromNode): Promise<void> {
    switch (message.kind) {
      case 'listening':
        return
      case 'begun': {
        const made = await this.#makes(this, message.of)
        return this.#tell({ kind: 'made', id: message.id, made })
      }
      case 'returned':
        this.#calls.get(message.id)?.resolve(message.result)
        break
      case 'rejected':
        this.#calls.get(message.id)?.reject(Object.assign(new Error(message.message), { code: message.code }))
        break
      case 'fault':
        this.faults.push(message.text)
        return
    }
    this.#calls.delete(message.id)
  }

  #tell(message: ToNode): void {
    if (this.#child.connected) this.#child.send(message)
  }
}

async function gone(child: ChildProcess): Promise<never> {
  const [code, signal] = await once(child, 'exit')
  throw new Error(`expected a node to start, got an exit with ${code ?? signal}.`)
}
