import { spawnSync } from 'node:child_process'
import { aptInstall } from './apt.mjs'
import { findProgram } from './shell.mjs'

/** The path of a Redis server that starts: the one in `REDIS_SERVER_BIN`, one on PATH, or one installed now. Undefined where none can be had. */
export function findOrInstallRedis() {
  if (process.env.REDIS_SERVER_BIN) return process.env.REDIS_SERVER_BIN
  const found = installedRedis()
  if (found) return found
  // It holds the server too, under the name of a tool, and starts no service on the usual port as redis-server would.
  const obstacle = aptInstall('redis-tools') ?? 'what was installed does not start'
  const installed = installedRedis()
  if (!installed) console.warn(`> no Redis (${obstacle}): what needs one is skipped. REDIS_SERVER_BIN can name one.`)
  return installed
}

function installedRedis() {
  const program = findProgram('redis-server', 'valkey-server', 'redis-check-rdb')
  // argv[0] decides what the program is.
  const started = program && spawnSync(program, ['--version'], { argv0: 'redis-server', stdio: 'ignore' })
  return started?.status === 0 ? program : undefined
}
