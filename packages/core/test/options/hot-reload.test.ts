import { describe, expect, test, vi } from 'vitest'
import { offSwitch } from '../../src/engine/off-switch.ts'
import { hotReloadServer } from '../../src/options/hot-reload.ts'

const modules = '/app/node_modules/.pnpm/x@1.0.0/node_modules'
const rolldown = `${modules}/@rolldown/binding-linux-x64-gnu/rolldown-binding.linux-x64-gnu.node`
const rollup = 'C:\\app\\node_modules\\@rollup\\rollup-win32-x64-msvc\\rollup.win32-x64-msvc.node'
const webpackDev = `${modules}/webpack-dev-middleware/dist/index.js`
const webpackHot = 'C:\\app\\node_modules\\webpack-hot-middleware\\middleware.js'
const nextDev = `${modules}/next/dist/server/dev/hot-reloader-turbopack.js`

const found = (env: Readonly<Record<string, string>>, ...files: readonly string[]): string | undefined =>
  hotReloadServer({ env, loadedFiles: () => files })

describe('a dev server with hot reload is known by what it leaves in the process', () => {
  test.each([
    ['Vite', { NODE_ENV: 'development' }, [rolldown]],
    ['Vite', { NODE_ENV: 'staging' }, [rolldown]],
    ['Vite', { NODE_ENV: 'development' }, [rollup]],
    ['webpack', {}, [webpackDev]],
    ['webpack', { NODE_ENV: 'development' }, [webpackHot]],
    ['Next.js', { NODE_ENV: 'development', __NEXT_DEV_SERVER: '1' }, []],
    ['Next.js', { NODE_ENV: 'development' }, [nextDev, webpackHot]],
    ['Nuxt', { NODE_ENV: 'development', NUXT_VITE_NODE_OPTIONS: '{}' }, []],
  ] as const)('%s, in %j with %j', (server, env, files) => {
    expect(found(env, ...files)).toBe(server)
  })

  test.each([
    ['nothing is loaded', { NODE_ENV: 'development' }, []],
    ['other packages are loaded', { NODE_ENV: 'development' }, [`${modules}/esbuild/lib/main.js`, '/app/rollup.node']],
    ['Vite was imported and no dev server started, which would have filled NODE_ENV in', {}, [rolldown, rollup]],
    ['the same with an empty variable', { NODE_ENV: '', VITEST: '', NUXT_VITE_NODE_OPTIONS: '' }, [rolldown]],
    ['webpack builds, and serves nothing', { NODE_ENV: 'development' }, [`${modules}/webpack/lib/index.js`]],
    ['Next.js runs as built', {}, [`${modules}/next/dist/server/dev/node-stack-frames.js`]],
  ] as const)('there is none where %s', (_, env, files) => {
    expect(found(env, ...files)).toBeUndefined()
  })

  test.each([{ NODE_ENV: 'production' }, { NODE_ENV: 'test' }, { NODE_ENV: 'development', VITEST: 'true' }])(
    'there is none in production and in tests, whatever else is there, and then no file is looked for: %j',
    (env) => {
      const loadedFiles = vi.fn(() => [rolldown, webpackDev])
      const inProcess = { env: { ...env, __NEXT_DEV_SERVER: '1', NUXT_VITE_NODE_OPTIONS: '{}' }, loadedFiles }
      expect(hotReloadServer(inProcess)).toBeUndefined()
      expect(loadedFiles).not.toHaveBeenCalled()
    },
  )

  test('these tests run under Vite, in whose process a module changes only with the whole test run', () => {
    expect(hotReloadServer()).toBeUndefined()
  })
})

describe('whether the cache is off', () => {
  const logger = { debug() {}, info() {}, warn: vi.fn(), error() {} }

  test('is looked up at first use, as the dev server may come after the cache, then ever more seldom, and a yes is final and said once', () => {
    let server: string | undefined
    const find = vi.fn(() => server)
    const isOff = offSwitch(undefined, logger, find)
    const ask = (times: number) => Array.from({ length: times }, () => isOff?.()).at(-1)
    expect(find).not.toHaveBeenCalled()

    expect(ask(2)).toBe(false)
    expect(find).toHaveBeenCalledTimes(2)
    expect(ask(998)).toBe(false)
    expect(find).toHaveBeenCalledTimes(10)
    server = 'Vite'
    expect(ask(24)).toBe(true)
    server = undefined
    expect(ask(1000)).toBe(true)
    expect(find).toHaveBeenCalledTimes(11)
    expect(logger.warn.mock.calls).toEqual([[{ server: 'Vite' }, expect.stringContaining('enabled: true')]])
  })

  test('is not asked in production, nor where the option says it', () => {
    const find = vi.fn(() => 'Vite')
    expect(offSwitch(true, logger, find)).toBeUndefined()
    expect(offSwitch(false, logger, find)?.()).toBe(true)
    vi.stubEnv('NODE_ENV', 'production')
    expect(offSwitch(undefined, logger, find)).toBeUndefined()
    vi.unstubAllEnvs()
    expect(find).not.toHaveBeenCalled()
  })
})
