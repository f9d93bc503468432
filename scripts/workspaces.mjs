import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './shell.mjs'

/** The folders below `packages` and `examples` that hold `file`, from the root. */
export function workspacesWith(file, parents = ['packages', 'examples']) {
  return parents
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => existsSync(join(root, folder, file)))
}
