// The one entry point of `npm test`, `npm run demo`, …: plain Node 20+, no dependencies.
// It installs what is missing (pnpm by npx, the locked packages, redis-server) and then runs
// the task on the Node that the lockfile pins (node_modules/.bin/node), whatever Node started it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const PNPM = 'pnpm@12.21.0'
const bin = join(root, 'node_modules', '.bin')
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, NO_UPDATE_NOTIFIER: '1' }
const sh = (cmd, args, o = {}) => {
  const r = spawnSync(cmd, args, { cwd: root, env, stdio: 'inherit', shell: process.platform === 'win32', ...o })
  if (r.error) throw r.error
  if (r.status !== 0) process.exit(r.status ?? 1)
}
const has = (cmd) => (process.env.PATH ?? '').split(delimiter).some((d) => existsSync(join(d, cmd)))
const pnpm = (...args) => sh('npx', ['-y', PNPM, ...args], { env: { ...env, npm_config_loglevel: 'error' } })

function install() {
  const files = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', 'docs/package.json']
  for (const d of ['packages', 'examples'])
    for (const p of readdirSync(join(root, d))) files.push(`${d}/${p}/package.json`)
  const h = createHash('sha256')
  for (const f of files) if (existsSync(join(root, f))) h.update(f).update(readFileSync(join(root, f)))
  const want = h.digest('hex')
  const stamp = join(root, 'node_modules', '.install-stamp')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return
  console.log('> installing the locked packages')
  pnpm('install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn')
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(stamp, want)
}

function node() {
  // Linux has its own pinned Node (a package); elsewhere the developer's must do.
  if (existsSync(join(bin, 'node'))) return
  const [maj, min] = process.versions.node.split('.').map(Number)
  if (maj > 22 || (maj === 22 && min >= 18)) return
  console.error(`Node ${process.versions.node} is too old: 22.18 or newer is needed on this platform.`)
  process.exit(1)
}

function apt(why, packages) {
  if (process.platform !== 'linux' || !has('apt-get')) return false
  const root = process.getuid?.() === 0
  if (!root && !has('sudo')) return false
  console.log(`> apt-get install ${packages.join(' ')} (${why})`)
  const pre = root ? [] : ['sudo', '-n']
  const go = (...a) =>
    spawnSync([...pre, 'apt-get', ...a][0], [...pre, 'apt-get', ...a].slice(1), {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    }).status === 0
  return (
    go('install', '-y', '--no-install-recommends', ...packages) ||
    (go('update', '-q') && go('install', '-y', '--no-install-recommends', ...packages))
  )
}

function redis() {
  if (process.env.REDIS_SERVER_BIN || has('redis-server') || has('redis-check-rdb')) return
  // redis-tools holds the server program too (as redis-check-rdb), without the service that redis-server would start.
  if (apt('tests and the demo start a Redis of their own', ['redis-tools']) && has('redis-check-rdb')) return
  console.error(
    'redis-server was not found and could not be installed. Install it (apt-get install redis-server, brew install redis), or name one in REDIS_SERVER_BIN.',
  )
  process.exit(1)
}

function browser() {
  if (process.env.CHROMIUM_BIN || has('chromium')) return true
  return apt('browser tests', ['chromium'])
}

const tasks = {
  setup() {
    install()
    node()
    redis()
  },
  demo() {
    tasks.setup()
    sh('node', ['--conditions=@ssr-cache/source', 'examples/demo/src/main.ts'])
  },
  test(...args) {
    tasks.setup()
    browser()
    sh('vitest', ['run', '--coverage', ...args])
  },
  build() {
    install()
    node()
    pnpm('-r', '--filter', './packages/*', 'run', 'build')
  },
  check() {
    tasks.setup()
    sh('tsc', ['-p', '.'])
    sh('biome', ['ci', '.'])
    tasks.test()
    tasks.build()
    sh('node', ['scripts/pack-check.mjs'])
    sh('knip', [])
    sh('size-limit', [])
  },
}
const [task = 'setup', ...args] = process.argv.slice(2)
if (!Object.hasOwn(tasks, task)) {
  console.error(`tasks: ${Object.keys(tasks).join(', ')}`)
  process.exit(2)
}
tasks[task](...args)
