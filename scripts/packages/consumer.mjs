import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture, pnpm, root } from '../shell.mjs'

// The oldest that "engines" allows. npm has it as a package for Linux; elsewhere the developer's own Node does alone.
const OLDEST_NODE = '22.0.0'
const oldestNodePackage = process.platform === 'linux' ? `node-linux-${process.arch}` : undefined

/** An app in `folder` that has installed the packages from their tarballs, with the frameworks that they work with. */
export function createConsumer(folder, packages) {
  mkdirSync(folder)
  const tarballs = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]))
  const dependencies = {
    ...tarballs,
    ...Object.assign({}, ...packages.map(({ manifest }) => peersOf(manifest))),
    '@types/node': readManifest(root).devDependencies['@types/node'],
    ...(oldestNodePackage && { [oldestNodePackage]: OLDEST_NODE }),
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  // The packages name one another by versions that are not published yet. (JSON is YAML.)
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), JSON.stringify({ overrides: tarballs }))
  pnpm(['install', '--prefer-offline'], { cwd: folder, quiet: true })
  return { folder, entryPoints: packages.flatMap((each) => each.entryPoints) }
}

/** Every entry point is imported and required, and exports something. */
export function loadEveryEntryPoint({ folder, entryPoints }) {
  const code = entryPoints.map((name, i) => [
    `import * as m${i} from '${name}'`,
    `if (Object.keys(m${i}).length === 0) throw new Error('${name} exports nothing')`,
  ])
  runOnEveryNode(folder, 'load', code.flat().join('\n'))
  console.log(`  ${entryPoints.length} entry points load by import and by require`)
}

/** The declarations of every entry point and the small apps hold under TypeScript 6 and 7, as ES modules and as CommonJS. */
export function checkTypes({ folder, entryPoints }) {
  const everything = entryPoints.map((name, i) => `export * as m${i} from '${name}'`).join('\n')
  const files = ['mts', 'cts'].flatMap((extension) => [
    writeSource(folder, `declarations.${extension}`, everything),
    writeSource(folder, `usage.${extension}`, readUsage()),
  ])
  const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--module', 'nodenext']
  for (const compiler of ['tsc6', 'tsc']) capture(compiler, [...options, '--types', 'node', ...files], { cwd: folder })
  console.log('  types hold under TypeScript 6 and 7, for ES modules and CommonJS')
}

/** Each of the small apps serves a page twice and renders it once. */
export function useThePackages({ folder }) {
  runOnEveryNode(folder, 'usage', readUsage())
  console.log(
    '  a page is rendered once and served twice by Express, Fastify, cache.node and cache.fetch, by import and by require',
  )
}

/** The command line runs, on every Node, and where npx looks for it. */
export function runTheCommand({ folder }) {
  const file = writeSource(folder, 'command.mjs', readFileSync(join(import.meta.dirname, 'command.mjs'), 'utf8'))
  for (const node of everyNode(folder)) capture(node, [file], { cwd: folder })
  capture(join(folder, 'node_modules', '.bin', 'ssr-cache'), ['--version'], { cwd: folder })
  console.log('  ssr-cache doctor says why a page is no hit, and ssr-cache warm warms one')
}

const readUsage = () => readFileSync(join(import.meta.dirname, 'usage.mjs'), 'utf8')

const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

// What a package is tested with here is what the consumer gets.
function peersOf({ peerDependencies = {}, devDependencies = {} }) {
  const names = Object.keys(peerDependencies).flatMap((name) => [name, `@types/${name}`])
  return Object.fromEntries(names.filter((name) => devDependencies[name]).map((name) => [name, devDependencies[name]]))
}

function runOnEveryNode(folder, name, code) {
  const required = code.replaceAll(/^import (?:\* as )?(.+) from ('.+')$/gm, 'const $1 = require($2)')
  const files = [writeSource(folder, `${name}.mjs`, code), writeSource(folder, `${name}.cjs`, required)]
  for (const node of everyNode(folder)) {
    for (const file of files) capture(node, [file], { cwd: folder })
  }
}

function everyNode(folder) {
  return oldestNodePackage ? ['node', join(folder, 'node_modules', '.bin', 'node')] : ['node']
}

function writeSource(folder, name, code) {
  writeFileSync(join(folder, name), code)
  return name
}
