import { spawnSync } from 'node:child_process'
import { findProgram } from './shell.mjs'

// A package server that cannot be reached must not hold up the tests, nor another apt that is at work.
const limits = ['-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20', '-o', 'DPkg::Lock::Timeout=60']
const AT_MOST_MS = 3 * 60_000

/** Installs a Debian package where this user may do so without being asked. Gives back why it could not, or undefined. */
export function aptInstall(name) {
  if (!findProgram('apt-get')) return 'this system has no apt-get'
  if (!isRoot() && !sudoWithoutPassword()) return 'installing it needs root, or sudo without a password'
  console.log(`> apt-get install ${name}`)
  const install = ['install', '-y', '--no-install-recommends', name]
  // The lists of packages that a machine was made with are often missing or too old.
  return aptGet(install) && (aptGet(['update']) ?? aptGet(install))
}

/** Gives back why it failed, or undefined. */
function aptGet(args) {
  const [command, ...rest] = [...(isRoot() ? [] : ['sudo', '-n']), 'apt-get', ...limits, ...args]
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const result = spawnSync(command, rest, { env, encoding: 'utf8', timeout: AT_MOST_MS, maxBuffer: 2 ** 26 })
  if (result.status === 0) return undefined
  const lastWords = (result.stderr ?? '').trim().split('\n').at(-1)
  return `apt-get ${args[0]}: ${result.error?.message ?? lastWords}`
}

const isRoot = () => process.getuid?.() === 0

const sudoWithoutPassword = () => spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
