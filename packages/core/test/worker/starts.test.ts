import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createRenderCache, type WorkerRenderOptions, workerRender } from '@ssr-cache/core'
import { build } from 'esbuild'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { logged, PAGES, SOURCES, threads } from '../../../../test-utils/threads/threads.ts'
import { entryFile } from '../../src/worker/thread-pool.ts'

const fileOf = (name: string): URL => new URL(`renders/${name}`, import.meta.url)

const asked = (path = '/'): Request => new Request(`https://shop.example${path}`, { headers: { accept: 'text/html' } })

describe('workerRender refuses at once', () => {
  test.each<[string, unknown, RegExp]>([
    [
      'a file that is not there',
      new URL('file:///no/such/render.js'),
      /^ERR_SSR_CACHE_OPTION: "file" must be a module that renders, and there is none at \/no\/such\/render\.js\./,
    ],
    [
      'a path',
      './render.js',
      /"file" must be a file URL, got "\.\/render\.js" \(string\)\. Write new URL\('\.\/render\.js', import\.meta\.url\)\./,
    ],
    ['another scheme', 'https://shop.example/render.js', /"file" must be a file URL/],
    ['no file', undefined, /"file" must be a file URL, got undefined/],
  ])('%s', (_, file, message) => {
    expect(() => workerRender(file as URL)).toThrow(message)
  })

  test.each<[object, RegExp]>([
    [{ threads: 0 }, /"threads" must be a whole number >= 1, got 0/],
    [{ threads: 1.5 }, /"threads" must be a whole number/],
    [{ thread: 2 }, /"thread" must be left out .+ Write threads\./],
    [{ graceMs: '1s' }, /"graceMs" must be a whole number of milliseconds >= 0, got "1s"/],
    [{ idleMs: -1 }, /"idleMs" must be a whole number of milliseconds >= 0/],
    [{ deadlineMs: 0 }, /"deadlineMs" must be a whole number of milliseconds >= 1/],
    [{ resourceLimits: 64 }, /"resourceLimits" must be an object/],
    [{ execArgv: '--enable-source-maps' }, /"execArgv" must be a list of strings/],
  ])('%j', (options, message) => {
    expect(() => workerRender(PAGES, options as WorkerRenderOptions)).toThrow(message)
  })

  test('a place without the file that threads start by: core is in a bundle', () => {
    expect(() => entryFile(fileOf('bundle.js').href)).toThrow(/Leave @ssr-cache\/core and piscina out of the bundle/)
  })
})

describe('a file that cannot be used', () => {
  test.each([
    [
      'throws-on-load.ts',
      /ERR_SSR_CACHE_OPTION: the file of workerRender must be a module that can be loaded, and file:.+ failed: no database\. /,
    ],
    [
      'no-default.ts',
      /ERR_SSR_CACHE_OPTION: ".+no-default\.ts" must be a module with a function as default export, got undefined/,
    ],
    ['exits-on-load.ts', /ERR_SSR_CACHE_RENDER: .+exits-on-load\.ts lost it: worker exited with code: 5/],
  ])('%s is an error at the start, in the log, and of every render', async (file, message) => {
    const { logger, lines } = logged()
    const render = threads({ threads: 2, logger }, fileOf(file))
    await expect(render.ready).rejects.toThrow(message)
    await expect(render(asked())).rejects.toThrow(message)
    const cache = createRenderCache({ logger: logged().logger })
    await expect(cache.handle(asked(), render)).rejects.toThrow(message)
    expect(lines).toEqual([
      {
        level: 'error',
        details: expect.objectContaining({ error: expect.anything() }),
        message: 'workerRender cannot render',
      },
    ])
  })
})

test('a file that is not loaded within a minute is an error at the start, and its threads are gone', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { logger, lines } = logged()
  const render = threads({ threads: 2, logger }, fileOf('never-loads.ts'))
  const ready = expect(render.ready).rejects.toThrow(
    /ERR_SSR_CACHE_OPTION: the file of workerRender must be loaded within 60 s, and .+never-loads\.ts was not/,
  )
  await vi.dynamicImportSettled()
  await vi.advanceTimersByTimeAsync(59_999)
  expect(lines).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  await ready
  await expect(render(asked())).rejects.toThrow('must be loaded within 60 s')
  expect(lines.map(({ message }) => message)).toEqual(['workerRender cannot render'])
})

describe('the file that renders', () => {
  test.each([
    ['an ES module', 'esm', 'mjs'],
    ['CommonJS', 'cjs', 'cjs'],
  ] as const)('may be a bundle with a pageContext() of its own: %s', async (_, format, ending) => {
    const folder = await mkdtemp(join(tmpdir(), 'ssr-cache-'))
    const { outputFiles } = await build({
      stdin: {
        contents: `import { pageContext } from '@ssr-cache/core/context'
          export default () => { pageContext().tag('from a bundle').maxAge(7); return { headers: { 'content-type': 'text/html' }, body: 'bundled' } }`,
        resolveDir: fileURLToPath(fileOf('.')),
      },
      bundle: true,
      format,
      platform: 'node',
      conditions: ['@ssr-cache/source'],
      write: false,
    })
    const file = join(folder, `render.${ending}`)
    await writeFile(file, outputFiles[0]!.contents)
    const render = workerRender(pathToFileURL(file), { threads: 1 })
    onTestFinished(() => render.close())
    const cache = createRenderCache()
    const page = await cache.handle(asked(), render)
    expect([await page.text(), page.fields.find(([name]) => name === 'cache-status')?.[1]]).toEqual([
      'bundled',
      expect.stringContaining('stored; ttl=7'),
    ])
  })
})

describe('threads', () => {
  test('that idle end but for one, where idleMs says so, and come back when they are needed', async () => {
    const render = threads({ threads: 2, idleMs: 50 })
    const both = () => Promise.all([render.page(asked('/sleep'), 50), render.page(asked('/sleep'), 50)])
    for (let i = 0; i < 2; i++) {
      expect((await both()).map(({ status }) => status)).toEqual([200, 200])
      await new Promise((resolve) => setTimeout(resolve, 200)) // what is tested is the pool's own clock
    }
  })

  test('take Node’s own options of the process where none are given', async () => {
    const render = workerRender(fileOf('plain.ts'))
    onTestFinished(() => render.close())
    expect(await (await render(asked())).json()).toEqual(process.execArgv)
    const other = workerRender(fileOf('plain.ts'), { execArgv: SOURCES })
    onTestFinished(() => other.close())
    expect(await (await other(asked())).json()).toEqual(SOURCES)
  })
})
