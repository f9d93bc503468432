import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { RenderCacheStats } from '@ssr-cache/core'
import { CommandError } from '../command-line/command-error.ts'
import { lastWords } from '../command-line/last-words.ts'

const launcher = fileURLToPath(new URL('../../../examples/storefront/src/main.ts', import.meta.url))

interface Addresses {
  readonly storefrontUrl: string
  readonly apiUrl: string
}

/** The storefront and its API as `npm start` runs them, on free ports, for this replay alone. */
export class StorefrontProcess {
  readonly origin: string
  /** Resolves when it is gone, with the last that it has said on stderr. */
  readonly ended: Promise<string>
  readonly #apiUrl: string
  readonly #secret: string
  readonly #child: ChildProcess

  /** @throws {@link CommandError} where it ends before it serves. */
  static async start(): Promise<StorefrontProcess> {
    const secret = randomBytes(32).toString('base64url')
    const child = fork(launcher, {
      execArgv: ['--conditions=@ssr-cache/source'],
      env: { ...process.env, NODE_ENV: 'production', HOOK_SECRET: secret, HOSTS: '', PORT: '0', API_PORT: '0' },
      // It says each render on stdout, and who asked us for JSON does not want to read that.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Ctrl-C is for us: it serves until we have asked what it has counted.
      detached: true,
    })
    const said = lastWords(child.stderr as NonNullable<typeof child.stderr>) // piped
    const ended = once(child, 'exit').then(said)
    const addresses = await Promise.race([once(child, 'message'), ended])
    if (typeof addresses === 'string') throw new CommandError(`there is no storefront to ask. ${addresses}`)
    return new StorefrontProcess(child, { ended, secret, addresses: addresses[0] as Addresses }) // what main.ts sends
  }

  private constructor(
    child: ChildProcess,
    { ended, secret, addresses }: { ended: Promise<string>; secret: string; addresses: Addresses },
  ) {
    this.#child = child
    this.ended = ended
    this.#secret = secret
    this.origin = addresses.storefrontUrl
    this.#apiUrl = addresses.apiUrl
  }

  /** The films that have a page, as their pages' URLs name them. */
  async films(): Promise<readonly string[]> {
    const response = await fetch(`${this.#apiUrl}/api/movies`)
    const films = (await response.json()) as readonly { readonly slug: string }[] // the catalogue's own answer
    return films.map(({ slug }) => slug)
  }

  /** What its cache has counted, when the renders that nobody waits for have ended too. */
  async stats(): Promise<RenderCacheStats> {
    for (;;) {
      const response = await fetch(`${this.origin}/hooks/stats`, {
        headers: { authorization: `Bearer ${this.#secret}` },
      })
      const stats = (await response.json()) as RenderCacheStats // its cache's own
      if (stats.background === 0 && stats.renders.running + stats.renders.queued === 0) return stats
      await setTimeout(20)
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGTERM')
    await this.ended
  }
}
