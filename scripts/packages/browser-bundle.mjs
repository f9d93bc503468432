import { build } from 'esbuild'
import { TaskFailed } from '../shell.mjs'

// What front ends, edge workers and client components import, too.
const entryPoints = ['key', 'path', 'cache-control', 'context'].map((subPath) => `@ssr-cache/core/${subPath}`)

/** Bundles what must run without Node: for browsers, where a `node:` import fails, and without zod, which is too large for them. */
export async function bundleForBrowsers({ folder }) {
  for (const entryPoint of entryPoints) {
    const contents = `export * from '${entryPoint}'`
    const { metafile } = await build({
      stdin: { contents, resolveDir: folder },
      absWorkingDir: folder,
      bundle: true,
      format: 'esm',
      platform: 'browser',
      metafile: true,
      write: false,
      logLevel: 'silent',
    })
    if (Object.keys(metafile.inputs).some((file) => file.includes('/zod/')))
      throw new TaskFailed(`${entryPoint}: imports zod`)
  }
  console.log(`  ${entryPoints.length} entry points bundle for browsers, without zod`)
}
