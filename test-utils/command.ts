import { type ChildProcess, execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A program that runs. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

const manifestFile = createRequire(import.meta.url).resolve('../packages/core/package.json')
const { bin } = createRequire(import.meta.url)(manifestFile) as { bin: Readonly<Record<string, string>> } // as npm reads it

/** Starts `ssr-cache` as a process of its own, by the file that its package names. */
export function startSsrCache(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const { promise, resolve } = Promise.withResolvers<Ended>()
  const file = join(dirname(manifestFile), String(bin['ssr-cache']))
  const options = { env: { ...process.env, ...env } }
  const child = execFile(process.execPath, [file, ...args], options, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
  })
  return { child, ended: promise }
}

/** Runs `ssr-cache` to its end. */
export function ssrCache(args: readonly string[], env: NodeJS.ProcessEnv = {}, input = ''): Promise<Ended> {
  const { child, ended } = startSsrCache(args, env)
  child.stdin?.end(input)
  return ended
}
