import { createRequire } from 'node:module'

/** What of a process tells which dev server runs in it. */
export interface DevProcess {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Files that `require` has loaded; native add-ons are always among them. Asked for only where `env` leaves the question open. */
  loadedFiles(): readonly string[]
}

/** One trace of a dev server that exchanges modules while its process goes on. */
interface Sign {
  readonly server: string
  /** A variable that the server sets in the process that renders. */
  readonly variable?: string
  /** A file that is loaded where the server runs. */
  readonly file?: RegExp
  /** The file may have been loaded for something else; but a server that runs has filled in NODE_ENV where it was empty. */
  readonly fillsNodeEnv?: boolean
}

// Each was seen in the real server: docs/decisions/0010-off-under-hot-reload.md says in which versions, and what was not taken.
const SIGNS: readonly Sign[] = [
  { server: 'Next.js', variable: '__NEXT_DEV_SERVER', file: /[\\/]next[\\/]dist[\\/]server[\\/]dev[\\/]hot-reloader-/ },
  { server: 'Nuxt', variable: 'NUXT_VITE_NODE_OPTIONS' },
  // The native half of Vite's bundler: Rolldown from version 8 on, Rollup before.
  { server: 'Vite', file: /[\\/](?:rolldown-binding|rollup)\.[^\\/]+\.node$/, fillsNodeEnv: true },
  { server: 'webpack', file: /[\\/]webpack-(?:dev|hot)-(?:middleware|server)[\\/]/ },
]

/**
 * The name of the dev server with hot reload in whose process this runs, such as `Vite`; `undefined` where there is none, in production and in tests. A server
 * that starts the process anew after an edit (`node --watch`, tsx, nodemon) is none: nothing old survives it. A dev server may be started after this was
 * asked, so that outside of production `undefined` is no last word. Where a thousand files are loaded it takes half a millisecond.
 */
export function hotReloadServer(inProcess: DevProcess = thisProcess): string | undefined {
  const { env } = inProcess
  const nodeEnv = env['NODE_ENV']
  if (nodeEnv === 'production' || nodeEnv === 'test' || isSet(env['VITEST'])) return undefined
  const byVariable = SIGNS.find(({ variable }) => variable !== undefined && isSet(env[variable]))
  if (byVariable !== undefined) return byVariable.server
  const files = inProcess.loadedFiles()
  const byFile = SIGNS.find(
    ({ file, fillsNodeEnv }) => (fillsNodeEnv !== true || isSet(nodeEnv)) && files.some((path) => file?.test(path)),
  )
  return byFile?.server
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}

const thisProcess: DevProcess = {
  env: process.env,
  // All that `require` loads in a process is in one cache, whichever file the `require` was made for.
  loadedFiles: () => Object.keys(createRequire(process.execPath).cache),
}
