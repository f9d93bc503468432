import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const manifestFile = createRequire(import.meta.url).resolve('../packages/core/package.json')
const { bin } = createRequire(import.meta.url)(manifestFile) as { bin: Readonly<Record<string, string>> } // as npm reads it

/** Runs `ssr-cache` as a process of its own, by the file that its package names. */
export function ssrCache(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>()
  const file = join(dirname(manifestFile), String(bin['ssr-cache']))
  execFile(process.execPath, [file, ...args], { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
  })
  return promise
}
