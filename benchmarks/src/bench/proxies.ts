import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePort } from '../../../examples/storefront/src/launcher/free-port.ts'
import { cpuUsOf } from './cpu-time.ts'
import type { Server } from './server.ts'

/** A caching proxy, not of Node, that is installed beside it. */
export interface Proxy {
  readonly name: ProxyName
  /** The package of Debian that it is in. */
  readonly debianPackage: string
  /** Writes its configuration into `folder`; gives the arguments to start it with. */
  readonly configure: (o: Place) => readonly string[]
  readonly program: string
  readonly versionFlag: string
}

export type ProxyName = 'nginx' | 'Varnish'

interface Place {
  readonly folder: string
  readonly port: number
  readonly origin: URL
}

/** With nothing on but what it takes to keep pages: no log, connections for ever. */
function nginxConfiguration({ folder, port, origin }: Place): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (use) => `${use}_temp_path ${folder}/${use};`,
  )
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 128; }
http {
  ${temporary.join('\n  ')}
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  proxy_cache_path ${folder}/pages keys_zone=pages:1m;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass ${origin.origin};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_cache pages;
    }
  }
}
`
}

export const PROXIES: readonly Proxy[] = [
  {
    name: 'nginx',
    debianPackage: 'nginx-light',
    program: 'nginx',
    versionFlag: '-v',
    configure(place) {
      const file = join(place.folder, 'nginx.conf')
      writeFileSync(file, nginxConfiguration(place))
      return ['-e', join(place.folder, 'error.log'), '-c', file]
    },
  },
  {
    name: 'Varnish',
    debianPackage: 'varnish',
    program: 'varnishd',
    versionFlag: '-V',
    configure({ folder, port, origin }) {
      const file = join(folder, 'pages.vcl')
      writeFileSync(file, `vcl 4.1;\nbackend origin { .host = "${origin.hostname}"; .port = "${origin.port}"; }\n`)
      return ['-F', '-f', file, '-a', `127.0.0.1:${port}`, '-s', 'malloc,64m', '-n', join(folder, 'varnish')]
    },
  },
]

/** Debian keeps them where only its administrator looks. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

/** Where the program of a proxy lies; `undefined` where it is not installed. */
export function programOf({ program }: Proxy): string | undefined {
  return FOLDERS.map((folder) => join(folder, program)).find((path) => existsSync(path))
}

/** What is not installed, and what installs it, for whoever reads the table. Empty where nothing is missing. */
export function missingProxies(): string {
  const missing = PROXIES.filter((proxy) => programOf(proxy) === undefined)
  if (missing.length === 0) return ''
  const names = missing.map(({ name }) => name).join(' and ')
  const packages = missing.map(({ debianPackage }) => debianPackage).join(' ')
  return ` Not installed here, and left out: ${names} (\`apt-get install ${packages}\`).`
}

/** Versions of those that are installed. */
export function proxyVersions(): Readonly<Record<string, string>> {
  const found = PROXIES.flatMap((proxy) => {
    const program = programOf(proxy)
    if (program === undefined) return []
    const { stdout, stderr } = spawnSync(program, [proxy.versionFlag], { encoding: 'utf8' })
    return [[proxy.name, /\d+(?:\.\d+)+/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown'] as const]
  })
  return Object.fromEntries(found)
}

/** Starts one in front of an origin, with a configuration of its own in a folder that goes with it. */
export async function startProxy(name: ProxyName, origin: string): Promise<Server> {
  const proxy = PROXIES.find((each) => each.name === name) as Proxy // it has a name of theirs
  const program = programOf(proxy)
  if (program === undefined) throw new Error(`expected ${name} to be installed. apt-get install ${proxy.debianPackage}`)
  const folder = mkdtempSync(join(tmpdir(), 'ssr-cache-bench-'))
  // Started by root, they work as somebody else.
  chmodSync(folder, 0o755)
  const port = await freePort(0)
  const args = proxy.configure({ folder, port, origin: new URL(origin) })
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const own = `http://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await listening(own, child)
  } catch (error) {
    await stop()
    throw error
  }
  return { origin: own, cpuUs: async () => cpuUsOf(child.pid as number), stop } // it has been started
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

const PATIENCE_MS = 20_000
const PAUSE_MS = 50

/** Until it takes connections: Varnish compiles its configuration first. */
async function listening(origin: string, child: ChildProcess): Promise<void> {
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const until = performance.now() + PATIENCE_MS
  while (performance.now() < until && child.exitCode === null) {
    const isThere = await fetch(origin).then(
      () => true,
      () => false,
    )
    if (isThere) return
    await setTimeout(PAUSE_MS)
  }
  throw new Error(
    `expected ${child.spawnfile} to listen, got ${child.exitCode === null ? 'no answer' : 'an exit'}: ${said}`,
  )
}
