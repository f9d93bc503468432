import { execFile, execFileSync } from 'node:child_process'
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A Postgres of its own, in a folder of its own, that listens on no network. */
export interface PostgresServer {
  readonly uri: string
  start(): Promise<void>
  /** As a crash would: connections break, nothing is put in order. */
  kill(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

interface Programs {
  readonly folder: string
  /** Postgres does not run as root. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined
}

/** The programs of the newest Postgres of this machine; `undefined` where there is none that may run. */
export function findPostgres(): Programs | undefined {
  const folder = globSync('/usr/lib/postgresql/*/bin')
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .findLast((each) => existsSync(join(each, 'initdb')))
  if (folder === undefined) return undefined
  if (process.getuid?.() !== 0) return { folder, user: undefined }
  const user = systemUser('postgres')
  return user && { folder, user }
}

/** Makes a database and starts its server. */
export async function startPostgres({ folder, user }: Programs): Promise<PostgresServer> {
  const home = mkdtempSync(join(tmpdir(), 'ssr-cache-postgres-'))
  if (user !== undefined) chownSync(home, user.uid, user.gid)
  const data = join(home, 'data')
  // Whatever the folder that this process works in, that user may not look into it.
  const call = (program: string, ...args: string[]) => run(join(folder, program), args, { ...user, cwd: home })
  const kill = async () => void (await call('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop'))
  const start = async () => {
    const settings = `-c listen_addresses='' -c fsync=off -k ${home}`
    await call('pg_ctl', '-D', data, '-w', '-l', join(home, 'log'), '-o', settings, 'start')
  }
  await call('initdb', '-D', data, '-A', 'trust', '-U', 'pages', '--no-sync')
  await start()
  return {
    uri: `postgresql://pages@/postgres?host=${home}`,
    start,
    kill,
    async [Symbol.asyncDispose]() {
      await kill().catch(() => {}) // it may be stopped already
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function systemUser(name: string): Programs['user'] {
  try {
    const [uid, gid] = ['-u', '-g'].map((what) => Number(execFileSync('id', [what, name], { stdio: 'pipe' })))
    return uid === undefined || gid === undefined ? undefined : { uid, gid }
  } catch {
    return undefined
  }
}
