// Proves what would be published: packs every package as pnpm would, lets publint and attw read the tarballs, and then installs
// them in an app outside the workspace that imports, requires, type-checks, uses, runs and bundles them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleForBrowsers } from './packages/browser-bundle.mjs'
import { checkTypes, createConsumer, loadEveryEntryPoint, runTheCommand, useThePackages } from './packages/consumer.mjs'
import { pack } from './packages/pack.mjs'
import { capture, TaskFailed } from './shell.mjs'

async function checkPackages(folder) {
  const packages = pack(folder)
  for (const { name, tarball } of packages) {
    capture('publint', ['run', tarball, '--strict'])
    // The profile leaves out TypeScript's "node10" resolution, which knows no sub-paths and no supported Node.
    capture('attw', [tarball, '--profile', 'node16'])
    console.log(`  ${name}: nothing found by publint and attw`)
  }
  const consumer = createConsumer(join(folder, 'consumer'), packages)
  loadEveryEntryPoint(consumer)
  checkTypes(consumer)
  useThePackages(consumer)
  runTheCommand(consumer)
  await bundleForBrowsers(consumer)
}

const folder = mkdtempSync(join(tmpdir(), 'ssr-cache-packages-'))
try {
  await checkPackages(folder)
} catch (error) {
  console.error(error instanceof TaskFailed ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
