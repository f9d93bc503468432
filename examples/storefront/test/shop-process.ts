import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export interface Stopped {
  readonly code: number | null
  readonly tookMs: number
}

/** The storefront as `npm start` runs it: real processes on free ports. `args` are what stands behind `--`. */
export class ShopProcess {
  readonly url: string
  readonly apiUrl: string
  /** Of the API, which a test may kill. */
  readonly apiPid: number
  readonly #child: ChildProcess
  readonly #output: () => string

  /** Resolves when it says that it serves. `env` is laid over defaults that make it quick. */
  static async start(env: Readonly<Record<string, string>> = {}, args: readonly string[] = []): Promise<ShopProcess> {
    const { child, output } = run({ PORT: '0', API_PORT: '0', API_LATENCY_MS: '10', ...env }, args)
    const serves = () => /Ctrl-C stops everything/.test(output())
    while (!serves()) {
      if (child.exitCode !== null)
        throw new Error(`The storefront ended with exit code ${child.exitCode}:\n${output()}`)
      await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')])
    }
    return new ShopProcess(child, output)
  }

  private constructor(child: ChildProcess, output: () => string) {
    this.#child = child
    this.#output = output
    this.url = this.#said(/Storefront +(\S+)/)
    this.apiUrl = this.#said(/Commerce API +(\S+)\/api/)
    this.apiPid = Number(this.#said(/kill (\d+)/))
  }

  get pid(): number {
    return this.#child.pid! // it runs
  }

  get output(): string {
    return this.#output()
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(this.url + path, { headers, redirect: 'manual' })
  }

  /** Changes a film, as an editor would. */
  async edit(id: number, change: object): Promise<{ readonly invalidation: { readonly error?: string } }> {
    const response = await fetch(`${this.apiUrl}/api/movies/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    })
    if (!response.ok) throw new Error(`The API answered ${response.status}: ${await response.text()}`)
    return response.json()
  }

  /** Signs in and gives back the Cookie field of that session. */
  async signIn(name: string): Promise<string> {
    const body = new URLSearchParams({ name })
    const response = await fetch(`${this.url}/login`, { method: 'POST', body, redirect: 'manual' })
    return response.headers.get('set-cookie')?.split(';')[0] ?? ''
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Stopped> {
    const startedAt = performance.now()
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill(signal)
      await once(this.#child, 'exit')
    }
    return { code: this.#child.exitCode, tookMs: performance.now() - startedAt }
  }

  #said(pattern: RegExp): string {
    const found = pattern.exec(this.#output())?.[1]
    if (found === undefined) throw new Error(`The storefront did not say ${pattern}:\n${this.#output()}`)
    return found
  }
}

/** Runs `src/main.ts` until it ends by itself, for starts that are meant to fail. */
export async function runUntilExit(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<{ code: number | null; output: string }> {
  const { child, output } = run(env, args)
  await once(child, 'close')
  return { code: child.exitCode, output: output() }
}

function run(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['--conditions=@ssr-cache/source', main, ...args], {
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return { child, output: () => output }
}

/** The content of `<meta name="rendered">`: which render made this page. */
export function renderedBy(html: string): string {
  const stamp = /<meta name="rendered" content="(\d+\/\d+\/[^"]+)"/.exec(html)?.[1]
  if (stamp === undefined) throw new Error(`The page does not say which render made it: ${html.slice(0, 300)}`)
  return stamp
}
