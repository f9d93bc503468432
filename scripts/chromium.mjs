import { spawnSync } from 'node:child_process'
import { aptInstall } from './apt.mjs'
import { findProgram } from './shell.mjs'

/** The path of a Chromium that starts: the one in `CHROMIUM_BIN`, one on PATH, or one installed now. Undefined where none can be had. */
export function findOrInstallChromium() {
  if (process.env.CHROMIUM_BIN) return process.env.CHROMIUM_BIN
  const found = installedChromium()
  if (found) return found
  const obstacle = aptInstall('chromium') ?? 'what was installed does not start'
  const installed = installedChromium()
  if (!installed)
    console.warn(`> no Chromium (${obstacle}): the browser tests will be skipped. CHROMIUM_BIN can name one.`)
  return installed
}

// Some systems have a program of that name that only tells where to get one.
function installedChromium() {
  const program = findProgram('chromium', 'chromium-browser', 'google-chrome')
  return program && spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0 ? program : undefined
}
