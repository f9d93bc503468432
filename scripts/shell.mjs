// How every script runs a program: from the root of the repository, with its own tools first on PATH. There `node` is the
// Node that the lockfile pins, whatever Node started the script.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const toolEnv = {
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
}

/** What ends a task for a reason that its message tells in full: the terminal shows it without a stack. */
export class TaskFailed extends Error {
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** Runs a program to its end on this terminal. Throws TaskFailed unless it exits with 0. */
export function run(command, args, options = {}) {
  // npx is a script on Windows, which only a shell can start.
  const shell = process.platform === 'win32'
  const result = spawnSync(command, args, { cwd: root, env: toolEnv, stdio: 'inherit', shell, ...options })
  if (result.status === 0) return result.stdout
  const ending =
    result.error?.message ?? (result.signal ? `was ended by ${result.signal}` : `exited with ${result.status}`)
  const said = [result.stdout, result.stderr].filter(Boolean)
  throw new TaskFailed([`${[command, ...args].join(' ')}: ${ending}`, ...said].join('\n'), result.status || 1)
}

/** Runs a program without a sound and gives back its standard output. What it said is shown only if it fails. */
export function capture(command, args, options = {}) {
  return run(command, args, { stdio: 'pipe', encoding: 'utf8', ...options })
}

/** Runs the pnpm that the lockfile was made with: npm brings npx along, so nothing has to be installed first. */
export function pnpm(args, { quiet = false, ...options } = {}) {
  // npx would repeat npm's warnings about the developer's own npm configuration.
  const env = { ...toolEnv, npm_config_loglevel: 'error' }
  return (quiet ? capture : run)('npx', ['-y', 'pnpm@12.21.0', ...args], { env, ...options })
}

/** The first of `names` that PATH holds, as a full path. */
export function findProgram(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
}
