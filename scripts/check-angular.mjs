// Installs examples/angular, which is no workspace, from its own lockfile beside the packages as they would be published, and runs its tests.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { findOrInstallChromium } from './chromium.mjs'
import { pack } from './packages/pack.mjs'
import { root, run, TaskFailed, toolEnv } from './shell.mjs'

const folder = join(root, 'examples', 'angular')
const lockfile = join(folder, 'package-lock.json')

/** The packages have been built. `--update` makes the lockfile anew first; other arguments are Vitest's. Throws TaskFailed. */
export function checkAngular(args) {
  const tarballs = join(folder, 'packages')
  mkdirSync(tarballs, { recursive: true })
  const packages = pack(tarballs)
  if (args.includes('--update')) update()
  for (const each of packages) requireSameDependencies(each)
  npm('ci', [])
  const chromium = findOrInstallChromium()
  const env = chromium === undefined ? toolEnv : { ...toolEnv, CHROMIUM_BIN: chromium }
  const testArgs = args.filter((arg) => arg !== '--update')
  run('vitest', ['run', '--config', 'vitest.angular.config.ts', ...testArgs], { env })
}

function npm(command, args) {
  const env = { ...toolEnv, npm_config_loglevel: 'error' }
  run('npm', [command, '--prefer-offline', '--no-audit', '--no-fund', ...args], { cwd: folder, env })
}

function update() {
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  // By name: what the lockfile has would not be looked at again.
  npm(
    'install',
    Object.values(dependencies).filter((version) => version.startsWith('file:')),
  )
  const lock = readLockfile()
  for (const entry of Object.values(lock.packages)) {
    // Each build packs other bytes.
    if (entry.resolved?.startsWith('file:')) delete entry.integrity
  }
  writeFileSync(lockfile, `${JSON.stringify(lock, null, 2)}\n`)
}

/** The lockfile says of each of our packages what it needs; one that needs something else by now would have to go without it. */
function requireSameDependencies({ name, manifest }) {
  const locked = readLockfile().packages[`node_modules/${name}`]
  if (locked === undefined) return
  if (isDeepStrictEqual(withoutOurs(locked.dependencies), withoutOurs(manifest.dependencies))) return
  throw new TaskFailed(
    `examples/angular/package-lock.json is older than the dependencies of ${name}: run "npm run check:angular -- --update"`,
  )
}

function readLockfile() {
  return JSON.parse(readFileSync(lockfile, 'utf8'))
}

/** Ours are packed together, so they fit. */
function withoutOurs(dependencies = {}) {
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => !name.startsWith('@ssr-cache/')))
}
