import { spawnSync } from 'node:child_process'

/** The program that servers are started from. `npm test` finds or installs one; without it, the one on PATH is tried. */
export const redisProgram: string = process.env['REDIS_SERVER_BIN'] ?? 'redis-server'

// Debian's redis-tools holds the server too, under the name of a tool: argv[0] decides what it is.
export const ARGV0 = 'redis-server'

/** Whether no Redis can be started here. Tests that need one skip then, and their file says so. */
export const redisIsMissing: boolean = spawnSync(redisProgram, ['--version'], { argv0: ARGV0 }).status !== 0

if (redisIsMissing) {
  console.warn(
    `> "${redisProgram}" does not start: tests that need a Redis are skipped. REDIS_SERVER_BIN can name one.`,
  )
}
