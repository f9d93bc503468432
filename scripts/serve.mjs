import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { root, toolEnv } from './shell.mjs'

/**
 * Runs a server until it ends and gives back its exit code. It is the server that stops, not this process: signals are passed on. One Ctrl-C
 * can reach it more than once, from the terminal, through npm and through here.
 */
export function serve(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const server = spawn(command, args, { cwd: root, env: { ...toolEnv, ...env }, stdio: 'inherit' })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
    server.on('error', reject)
    // As a shell says it: 128 + N for a program that signal N ended.
    server.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
}
