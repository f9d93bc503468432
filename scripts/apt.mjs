import { spawnSync } from 'node:child_process'
import { findProgram } from './shell.mjs'

// A package server that cannot be reached must not hold up the tests, nor another apt that is at work.
const limits = ['-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20', '-o', 'DPkg::Lock::Timeout=60']
const AT_MOST_MS = 4 * 60_000

/** Installs a Debian package where this user may do so without being asked. Gives back why it could not, or undefined. */
export function aptInstall(name) {
  if (!findProgram('apt-get')) return 'this system has no apt-get'
  if (!isRoot() && !sudoWithoutPassword()) return 'installing needs root or sudo without a password'
  console.log(`> apt-get install ${name}`)
  const install = ['install', '-y', '--no-install-recommends', name]
  if (aptGet(install) || (aptGet(['update', '-q']) && aptGet(install))) return undefined
  return `apt-get could not install ${name}`
}

function aptGet(args) {
  const [command, ...rest] = [...(isRoot() ? [] : ['sudo', '-n', '-E']), 'apt-get', ...limits, ...args]
  const result = spawnSync(command, rest, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: AT_MOST_MS,
  })
  return result.status === 0
}

const isRoot = () => process.getuid?.() === 0

const sudoWithoutPassword = () => spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
