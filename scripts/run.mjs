// The one entry point of `npm start`, `npm test`, `npm run check`, …: plain Node 20 and no dependencies, since it runs before
// anything is installed. It installs what is missing and then runs the task on the Node that the lockfile pins.
import { checkAngular } from './check-angular.mjs'
import { findOrInstallChromium } from './chromium.mjs'
import { install } from './install.mjs'
import { findOrInstallRedis } from './redis.mjs'
import { serve } from './serve.mjs'
import { run, TaskFailed, toolEnv } from './shell.mjs'
import { workspacesWith } from './workspaces.mjs'

const tasks = {
  setup: install,
  start: (...args) =>
    serve('node', ['--conditions=@ssr-cache/source', 'examples/storefront/src/main.ts', ...args], redisFor(args)),
  'quick-start': () => serve('node', ['--conditions=@ssr-cache/source', 'examples/recipes/src/quick-start.ts']),
  gateway: (...args) => serve('node', ['--conditions=@ssr-cache/source', 'examples/gateway/src/main.ts', ...args]),
  conformance: (...args) =>
    serve('node', ['--conditions=@ssr-cache/source', 'examples/gateway/conformance/conformance.ts', ...args]),
  bench: (...args) => tool('bench', args),
  replay: (...args) => tool('replay', args),
  trace: (...args) => tool('trace', args),
  soak: (...args) => tool('soak', args),
  storm: (...args) => tool('storm', args),
  mutation: (...args) => serve('node', ['scripts/mutation.mjs', ...args]),
  test(...args) {
    const programs = { CHROMIUM_BIN: findOrInstallChromium(), REDIS_SERVER_BIN: findOrInstallRedis() }
    const found = Object.entries(programs).filter(([, program]) => program !== undefined)
    const env = { ...toolEnv, ...Object.fromEntries(found) }
    run('vitest', ['run', ...args], { env })
  },
  coverage: () => tasks.test('--coverage'),
  build() {
    for (const folder of workspacesWith('tsup.config.ts')) run('tsup', [], { cwd: folder })
  },
  typecheck() {
    for (const folder of ['.', ...workspacesWith('tsconfig.json')]) run('tsc', ['-p', folder])
  },
  lint: () => run('biome', ['ci', '.']),
  docs: () => run('node', ['--conditions=@ssr-cache/source', 'scripts/docs.ts']),
  format: () => run('biome', ['check', '--write', '.']),
  'check:package': () => run('node', ['scripts/check-packages.mjs']),
  // Apart from `check`: it installs three hundred packages that nothing else needs.
  'check:angular'(...args) {
    tasks.build()
    checkAngular(args)
  },
  'check:unused': () => run('knip', []),
  'check:size': () => run('size-limit', []),
  check(option) {
    const withTests = option === '--without-tests' ? [] : ['coverage']
    const steps = ['typecheck', 'lint', ...withTests, 'build', 'check:package', 'check:unused', 'check:size']
    for (const step of steps) runStep(step)
    console.log(`> check passed: ${steps.join(', ')}`)
  },
}

/** What a shop that starts a Redis of its own is told of it: only where it is asked for one, and given none. */
function redisFor(args) {
  const at = args.indexOf('--redis')
  const startsOne = at >= 0 && (args[at + 1] ?? '--').startsWith('--')
  const program = startsOne ? findOrInstallRedis() : undefined
  return program === undefined ? {} : { REDIS_SERVER_BIN: program }
}

/** A command line of the benchmarks folder. What it has to say it says itself, and its exit code is ours. */
function tool(name, args) {
  return serve('node', ['--expose-gc', '--conditions=@ssr-cache/source', `benchmarks/src/${name}.ts`, ...args])
}

function runStep(step) {
  console.log(`> ${step}`)
  try {
    tasks[step]()
  } catch (error) {
    console.error(`> check failed at ${step} (npm run ${step} repeats it)`)
    throw error
  }
}

function fail(error) {
  console.error(error instanceof TaskFailed ? `> ${error.message}` : error)
  return error.exitCode ?? 1
}

const [task, ...args] = process.argv.slice(2)
if (!Object.hasOwn(tasks, task)) {
  console.error(`> expected one of ${Object.keys(tasks).join(', ')}, got ${task}`)
  process.exit(2)
}
try {
  install()
  process.exitCode = await tasks[task](...args)
} catch (error) {
  process.exitCode = fail(error)
}
