import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

/** What a browser would load: one sub-path with everything that it imports, minified. A built-in module of Node fails the build. */
async function bundle(entry: string) {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(`../../src/${entry}/index.ts`, import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@ssr-cache/source'],
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
  return { code: result.outputFiles[0]?.contents ?? new Uint8Array(), inputs: Object.keys(result.metafile.inputs) }
}

/** The packages that a bundle's files come from. */
function packagesOf(inputs: readonly string[]): readonly string[] {
  const names = inputs.map((path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? 'own code')
  return [...new Set(names)].sort()
}

describe('the sub-paths for browsers, edge workers and renderers', () => {
  it.each([
    ['key', 8, ['own code']],
    ['path', 5, ['own code']],
    ['cache-control', 8, ['own code', 'structured-headers']],
  ])(
    '/%s stays within %s KB minified and gzipped, and brings %j: neither Node nor zod',
    async (entry, kilobytes, packages) => {
      const { code, inputs } = await bundle(entry)
      expect(packagesOf(inputs)).toEqual(packages)
      expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(kilobytes * 1000)
      expect(inputs.filter((path) => /\/core\/src\/(engine|store|context|node|options)\//.test(path))).toEqual([])
    },
  )
})
