import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Ready } from '../process/listen.ts'

/** Longer than a service takes to drain: see process/stop.ts. */
const STOP_MS = 15_000

export interface ServiceOptions {
  readonly name: string
  /** The module to run. */
  readonly entry: string
  readonly env: Readonly<Record<string, string>>
}

/** A process of its own that tells when it serves and ends when told. */
export class Service {
  /** Resolves when the process is gone, and says how: `exit code 0`, `signal SIGKILL`. */
  readonly ended: Promise<string>
  readonly #name: string
  readonly #child: ChildProcess
  #port = 0

  /** Resolves when the process serves; rejects where it ends before. */
  static async start(options: ServiceOptions): Promise<Service> {
    const service = new Service(options)
    const ready = once(service.#child, 'message') as Promise<[Ready]> // the only message of a service
    const ended = service.ended.then((how) => Promise.reject(new Error(`The ${options.name} did not start: ${how}.`)))
    const [{ port }] = await Promise.race([ready, ended])
    service.#port = port
    return service
  }

  private constructor({ name, entry, env }: ServiceOptions) {
    this.#name = name
    this.#child = fork(entry, {
      env: { ...process.env, ...env },
      execArgv: ['--conditions=@ssr-cache/source', '--enable-source-maps'],
      // Ctrl-C goes to the whole foreground group; we are the one that stops our services, in order.
      detached: true,
    })
    this.ended = once(this.#child, 'exit').then(([code, signal]) => (signal ? `signal ${signal}` : `exit code ${code}`))
  }

  /** Where it serves. */
  get port(): number {
    return this.#port
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Asks the process to finish what is in flight and end; kills it if it has not done so in time. Does nothing where it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    this.#child.kill('SIGTERM')
    const how = await this.ended
    clearTimeout(kill)
    if (how !== 'exit code 0') throw new Error(`The ${this.#name} did not stop cleanly: ${how}.`)
  }
}
