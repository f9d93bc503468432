import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('..', import.meta.url))
const LEFT_OUT = ['node_modules', 'dist', 'test', 'e2e']

/** A copy of an example in a folder of its own: what is built or edited there leaves no trace in the repository. */
export class ExampleCopy {
  readonly folder: string
  readonly #root: string
  readonly #scripts: Readonly<Record<string, string>>
  readonly #children: ChildProcess[] = []
  #isGone = false

  static async of(name: string): Promise<ExampleCopy> {
    const root = await realpath(await mkdtemp(join(tmpdir(), `${name}-`)))
    const folder = join(root, 'examples', name)
    const original = join(repository, 'examples', name)
    await cp(original, folder, { recursive: true, filter: (path) => !LEFT_OUT.includes(basename(path)) })
    await cp(join(repository, 'tsconfig.base.json'), join(root, 'tsconfig.base.json'))
    await linkPackages(join(original, 'node_modules'), join(folder, 'node_modules'))
    const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    return new ExampleCopy(root, folder, scripts)
  }

  private constructor(root: string, folder: string, scripts: Readonly<Record<string, string>>) {
    this.#root = root
    this.folder = folder
    this.#scripts = scripts
  }

  /** Runs a script of its package.json to the end. */
  async run(script: string): Promise<void> {
    const { child, output } = this.#spawn(script, {})
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`"${script}" ended with exit code ${code}:\n${output()}`)
  }

  /** Runs a script that serves, on a free port, and waits until it says where. */
  async start(script: string, env: Readonly<Record<string, string>> = {}): Promise<RunningExample> {
    const port = await freePort()
    const { child, output } = this.#spawn(script, { PORT: String(port), ...env })
    const running = new RunningExample(child, output, port)
    await running.said((output) => output.includes(running.url))
    return running
  }

  async edit(file: string, from: string, to: string): Promise<void> {
    const path = join(this.folder, file)
    const text = await readFile(path, 'utf8')
    if (!text.includes(from)) throw new Error(`${file} does not say: ${from}`)
    await writeFile(
      path,
      text.replace(from, () => to),
    )
  }

  /** Ends whatever still runs here, also where a test has run out of time. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isGone = true
    await Promise.all(this.#children.map(end))
    await rm(this.#root, { recursive: true, force: true })
  }

  /** As `npm run` does it, in an environment that knows nothing of the test run. */
  #spawn(script: string, env: Readonly<Record<string, string>>): { child: ChildProcess; output: () => string } {
    if (this.#isGone) throw new Error('The copy is gone.')
    const command = this.#scripts[script]
    if (command === undefined) throw new Error(`There is no script "${script}".`)
    const path = [join(this.folder, 'node_modules', '.bin'), dirname(process.execPath), process.env['PATH']]
    const child = spawn(command, {
      shell: true,
      cwd: this.folder,
      env: { PATH: path.join(delimiter), HOME: process.env['HOME'], NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: the shell and whatever it has started end together.
      detached: true,
    })
    this.#children.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
    return { child, output: () => output }
  }
}

/** An example that serves, in a process of its own. */
export class RunningExample {
  readonly url: string
  readonly #child: ChildProcess
  readonly #output: () => string

  constructor(child: ChildProcess, output: () => string, port: number) {
    this.#child = child
    this.#output = output
    this.url = `http://localhost:${port}`
  }

  get output(): string {
    return this.#output()
  }

  /** Waits until what it has printed is as it should be. */
  async said(isSaid: (output: string) => boolean): Promise<void> {
    while (!isSaid(this.output)) {
      if (hasEnded(this.#child)) throw new Error(`It ended without the expected output:\n${this.output}`)
      await Promise.race([
        once(this.#child.stdout!, 'data'),
        once(this.#child.stderr!, 'data'),
        once(this.#child, 'exit'),
      ])
    }
  }

  async ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(this.url + path, { redirect: 'manual', ...init })
    const { status, headers } = response
    return { status, headers, text: await response.text(), cacheStatus: headers.get('cache-status') }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return end(this.#child)
  }
}

/** What an example answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly cacheStatus: string | null
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  process.kill(-child.pid!, 'SIGKILL') // it runs, and leads its group
  await ended
}

/** Each package is linked, not the folder: what tools keep beside the packages is the copy's own. */
async function linkPackages(from: string, to: string): Promise<void> {
  await mkdir(to)
  const names = (await readdir(from)).filter((name) => name === '.bin' || !name.startsWith('.'))
  await Promise.all(names.map((name) => symlink(join(from, name), join(to, name))))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  server.close()
  await once(server, 'close')
  return port
}
