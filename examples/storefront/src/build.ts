import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, type BuildResult, build as bundle, type OutputFile } from 'esbuild'
import { type PageAssets, shellOf } from './shell.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const outputFolder = join(root, 'dist')

/** Where the storefront's process starts, once built. */
export const serverEntry: string = join(outputFolder, 'server', 'main.js')

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  jsx: 'automatic',
  sourcemap: true,
  logLevel: 'warning',
  // Kept in memory until all of it is there.
  write: false,
} as const satisfies BuildOptions

/**
 * Bundles the storefront into `dist/`: what browsers load, under names that hold a hash of the content, and the server, because Node runs
 * TypeScript but no JSX. Takes a fraction of a second.
 */
export async function buildStorefront(): Promise<void> {
  const client = await bundle({
    ...common,
    entryPoints: ['src/ui/client.tsx', 'src/ui/styles.css'],
    entryNames: '[name]-[hash]',
    outdir: 'dist/client',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    // For the components' imports from `@ssr-cache/core/context`: its browser half does nothing.
    conditions: ['@ssr-cache/source'],
  })
  const assets = assetsOf(client)
  const server = await bundle({
    ...common,
    entryPoints: { main: 'src/web/main.ts', 'render-thread': 'src/web/render-thread.ts' },
    outdir: 'dist/server',
    platform: 'node',
    target: 'node22',
    // Packages stay imports: one copy of each in the process, and with it one async context of the cache.
    packages: 'external',
    define: { ASSETS: JSON.stringify(assets) },
  })
  const shell = { path: join(outputFolder, 'shell.html'), contents: new TextEncoder().encode(shellOf(assets)) }
  await Promise.all([...client.outputFiles, ...server.outputFiles, shell].map(writeIfChanged))
}

/** The hashed names that pages link to. */
function assetsOf({ outputFiles }: BuildResult<{ write: false }>): PageAssets {
  const names = outputFiles.map((file) => basename(file.path))
  return {
    script: `/assets/${names.find((name) => name.endsWith('.js'))}`,
    style: `/assets/${names.find((name) => name.endsWith('.css'))}`,
  }
}

/** Several storefronts may start at once from one folder: none of them reads half a file. */
async function writeIfChanged({ path, contents }: Pick<OutputFile, 'path' | 'contents'>): Promise<void> {
  const old = await readFile(path).catch(() => undefined)
  if (old?.equals(contents)) return
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.${process.pid}`, contents)
  await rename(`${path}.${process.pid}`, path)
}
