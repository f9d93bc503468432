import { createRequire } from 'node:module'

/** What of a process tells which dev server runs in it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Files that `require` has loaded; native add-ons are always among them. Read only where `env` leaves the question open. */
  loadedFiles(): readonly string[]
}

/** One trace of a dev server that exchanges modules while its process goes on. */
interface Sign {
  readonly server: string
  /** A variable that the server sets for the process that renders. */
  readonly variable?: string
  /** A file that runs wherever the server does. */
  readonly file?: RegExp
  /** The file alone may be there for a build; a dev server has also set NODE_ENV by then, where it was empty. */
  readonly setsNodeEnv?: boolean
}

// Each was seen in the real server: docs/decisions/0010-off-under-hot-reload.md says in which versions, and what else was looked at.
const SIGNS: readonly Sign[] = [
  { server: 'Next.js', variable: '__NEXT_DEV_SERVER', file: /[\\/]next[\\/]dist[\\/]server[\\/]dev[\\/]hot-/ },
  { server: 'Nuxt', variable: 'NUXT_VITE_NODE_OPTIONS' },
  // The native half of Vite's bundler: Rolldown from version 8 on, Rollup before.
  { server: 'Vite', file: /[\\/](?:rolldown-binding|rollup)\.[^\\/]+\.node$/, setsNodeEnv: true },
  { server: 'webpack', file: /[\\/]webpack-(?:dev|hot)-(?:middleware|server)[\\/]/ },
]

/**
 * The name of the dev server with hot reload in whose process this runs, such as `Vite`; `undefined` where there is none, in production
 * and in tests. Servers that restart the process after an edit (`node --watch`, tsx, nodemon) are none. A dev server may be started after this was
 * asked, so an `undefined` outside of production is not the last word.
 */
export function hotReloadServer(surroundings: Surroundings = thisProcess): string | undefined {
  const { env } = surroundings
  const nodeEnv = env['NODE_ENV']
  if (nodeEnv === 'production' || nodeEnv === 'test' || env['VITEST'] !== undefined) return undefined
  const byVariable = SIGNS.find(({ variable }) => variable !== undefined && Boolean(env[variable]))
  if (byVariable !== undefined) return byVariable.server
  const files = surroundings.loadedFiles()
  const possible = SIGNS.filter(({ setsNodeEnv }) => setsNodeEnv !== true || Boolean(nodeEnv))
  return possible.find(({ file }) => file !== undefined && files.some((path) => file.test(path)))?.server
}

const thisProcess: Surroundings = {
  env: process.env,
  // All copies of `require` share one cache, so any file will do to make one from.
  loadedFiles: () => Object.keys(createRequire(process.execPath).cache),
}
