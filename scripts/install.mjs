import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm, root, TaskFailed, toolEnv } from './shell.mjs'
import { workspacesWith } from './workspaces.mjs'

/** Installs the locked packages, unless what is installed was made from the same manifests. */
export function install() {
  const stamp = join(root, 'node_modules', '.install-stamp')
  const wanted = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  // stdout belongs to the task, whose --json is read by programs.
  console.error('> installing the locked packages')
  const args = ['install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn']
  pnpm(args, { stdio: ['inherit', process.stderr, process.stderr] })
  requireNode()
  writeFileSync(stamp, wanted)
}

function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  for (const file of manifests()) hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

function manifests() {
  const workspaces = workspacesWith('package.json').map((folder) => `${folder}/package.json`)
  return ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', ...workspaces]
}

// Linux gets its Node from the lockfile; elsewhere the developer's own must do. 22.18 is the first that runs TypeScript as it is.
function requireNode() {
  const { stdout } = spawnSync('node', ['--version'], { env: toolEnv, encoding: 'utf8' })
  const [major, minor] = (stdout ?? '').replace('v', '').split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return
  throw new TaskFailed(
    `Node 22.18 or newer is needed, got ${stdout?.trim() || 'one that does not start'}. ` +
      'Where the Node that the lockfile brings (glibc Linux on x64 and arm64) does not run, install one from your system.',
  )
}
