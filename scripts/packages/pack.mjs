import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { pnpm, root, TaskFailed } from '../shell.mjs'
import { workspacesWith } from '../workspaces.mjs'

const SOURCE_CONDITION = '@ssr-cache/source'

/** Packs every published package into `destination`. Gives back each one's manifest, its tarball, and all that can be imported from it. */
export function pack(destination) {
  return workspacesWith('tsup.config.ts').map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    requireSameExports(manifest)
    const tarball = join(destination, `${basename(folder)}.tgz`)
    pnpm(['pack', '--out', tarball], { cwd: join(root, folder), quiet: true })
    const entryPoints = Object.keys(manifest.publishConfig.exports)
      .filter((subPath) => subPath !== './package.json')
      .map((subPath) => `${manifest.name}${subPath.slice(1)}`)
    return { name: manifest.name, manifest, tarball, entryPoints }
  })
}

// The published exports stand beside those that the workspace uses: they must say the same but for the sources.
function requireSameExports({ name, exports, publishConfig }) {
  if (isDeepStrictEqual(withoutSources(exports), publishConfig.exports)) return
  throw new TaskFailed(`${name}: "publishConfig.exports" must be "exports" without "${SOURCE_CONDITION}"`)
}

function withoutSources(conditions) {
  if (typeof conditions === 'string') return conditions
  const kept = Object.entries(conditions).filter(([condition]) => condition !== SOURCE_CONDITION)
  return Object.fromEntries(kept.map(([condition, target]) => [condition, withoutSources(target)]))
}
