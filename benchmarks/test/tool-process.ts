import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

type ToolName = 'bench' | 'replay' | 'soak' | 'storm' | 'trace'

/** Starts a command line of this folder, as `npm run NAME -- ARGS` does below npm. */
export function startTool(
  name: ToolName,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const entry = fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--expose-gc', '--conditions=@ssr-cache/source', entry, ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { child, ended: ended.then(([stdout, stderr]) => ({ code: child.exitCode, stdout, stderr })) }
}

/** Runs one to its end. */
export function runTool(
  name: ToolName,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return startTool(name, args, env).ended
}

/** Files that a test writes itself. */
export class Scratch {
  #folder: string | undefined

  /** Writes a file and gives back its path. */
  async file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(await this.folder(), name)
    await writeFile(path, content, 'latin1')
    return path
  }

  async folder(): Promise<string> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'ssr-cache-'))
    return this.#folder
  }

  async remove(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true })
  }
}
