import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './shell.mjs'

/** The workspaces that hold `file`, from the root: those below `packages` and `examples`, and `benchmarks`. What has a lockfile of its own is none. */
export function workspacesWith(file) {
  return ['packages', 'examples']
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .concat('benchmarks')
    .filter((folder) => !existsSync(join(root, folder, 'package-lock.json')))
    .filter((folder) => existsSync(join(root, folder, file)))
}
