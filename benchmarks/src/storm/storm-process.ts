import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { CommandError } from '../command-line/command-error.ts'
import { lastWords } from '../command-line/last-words.ts'

export interface StormProcessOptions {
  readonly name: string
  readonly entry: string
  /** A module that is loaded before it. */
  readonly before: URL
  readonly env: Readonly<Record<string, string>>
}

/** Longer than a service of the storefront takes to drain. */
const STOP_MS = 15_000

/** A process of the storefront that tells its port when it serves, and with something loaded before it that tells more. */
export class StormProcess {
  readonly origin: string
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  /** @throws {@link CommandError} where it ends before it serves. */
  static async start({ name, entry, before, env }: StormProcessOptions): Promise<StormProcess> {
    const child = fork(entry, {
      execArgv: ['--conditions=@ssr-cache/source', `--import=${before.href}`],
      env: { ...process.env, NODE_ENV: 'production', PORT: '0', API_PORT: '0', ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Ctrl-C is for us, who end what we have started.
      detached: true,
    })
    const said = lastWords(child.stderr as NonNullable<typeof child.stderr>) // piped
    const ended = once(child, 'exit')
    const port = await Promise.race([portOf(child), ended.then(() => undefined)])
    if (port === undefined) throw new CommandError(`the ${name} did not start. ${said()}`)
    return new StormProcess(child, ended, port)
  }

  private constructor(child: ChildProcess, ended: Promise<unknown>, port: number) {
    this.#child = child
    this.#ended = ended
    this.origin = `http://127.0.0.1:${port}`
  }

  tell(message: string): void {
    this.#child.send(message)
  }

  /** Calls with everything that it tells. */
  listen<Message>(told: (message: Message) => void): void {
    this.#child.on('message', told)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    this.#child.kill('SIGTERM')
    await this.#ended
    clearTimeout(kill)
  }
}

/** Among what it tells, its port is what has one. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    const read = (message: unknown): void => {
      const { port } = message as { readonly port?: number } // each of its messages is an object
      if (port === undefined) return
      child.off('message', read)
      resolve(port)
    }
    child.on('message', read)
  })
}
