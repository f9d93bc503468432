import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { root, toolEnv } from './shell.mjs'

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP']
// One Ctrl-C reaches this process up to three times within milliseconds: from the terminal, and through npm.
const SAME_KEYPRESS_MS = 500

/** Runs a server until it ends, passing signals on to it, and gives back its exit code. */
export function serve(command, args) {
  return new Promise((resolve, reject) => {
    const server = spawn(command, args, { cwd: root, env: toolEnv, stdio: 'inherit' })
    let lastForwardedAt = Number.NEGATIVE_INFINITY
    for (const signal of forwarded) {
      process.on(signal, () => {
        if (performance.now() - lastForwardedAt < SAME_KEYPRESS_MS) return
        lastForwardedAt = performance.now()
        server.kill(signal)
      })
    }
    server.on('error', reject)
    // A shell says 128 + N for a program that signal N ended.
    server.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
}
