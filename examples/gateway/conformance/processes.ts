import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { devNull } from 'node:os'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** A program that serves, in a process of its own. */
export interface Served {
  readonly url: string
  readonly child: ChildProcess
  /** How it ended: an exit code, or the name of the signal. */
  readonly ended: Promise<number | string>
  /** What it has said on stderr. */
  readonly complaints: () => string
  [Symbol.asyncDispose](): Promise<void>
}

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const SOURCES = '--conditions=@ssr-cache/source'

/** The gateway as `npm run gateway` starts it, on a free port. */
export function startGateway(args: readonly string[]): Promise<Served> {
  return serving([SOURCES, fileOf('../src/main.ts'), '--port', '0', ...args], /^(http:\S+) answers/m)
}

/** The origin of the conformance suite, on a free port. */
export function startSuiteServer(): Promise<Served> {
  const server = createRequire(import.meta.url).resolve('http-cache-tests/server/server.mjs')
  const env = { npm_config_protocol: 'http', npm_config_port: '0', npm_config_pidfile: devNull }
  return serving([server], /^Listening on (http:\S+)\/$/m, { cwd: dirname(server), env })
}

/** Runs the suite's client, for all tests or some, and gives what it prints. */
export async function runSuiteClient(base: string, ids: readonly string[] = []): Promise<string> {
  const child = spawn(process.execPath, [SOURCES, fileOf('run-client.ts'), base, ...ids], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [printed] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (child.exitCode !== 0) throw new Error(`The suite's client ended with ${child.exitCode ?? child.signalCode}.`)
  return printed
}

async function serving(
  args: readonly string[],
  pattern: RegExp,
  { env = {}, cwd }: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<Served> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  })
  const ended = once(child, 'exit').then(([code, signal]): number | string => signal ?? code)
  let said = ''
  let complaints = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaints += chunk))
  while (!pattern.test(said)) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}: ${complaints}`)
    await Promise.race([once(child.stdout, 'data'), ended])
  }
  const url = String(pattern.exec(said)?.[1]).replace(/\[::\]|0\.0\.0\.0/, '127.0.0.1')
  return {
    url,
    child,
    ended,
    complaints: () => complaints,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
