/** A part of the sources that is mutated in one run of Stryker, and the tests that have to notice it. */
export interface MutationGroup {
  readonly mutate: readonly string[]
  /** Those of the part's own area: a rule is held by the tests of that rule, and not by chance in a test of the whole. */
  readonly tests: readonly string[]
  /** How often each property is tried on each mutant. @default 50 */
  readonly propertyRuns?: number
}

const sources = (...paths: string[]): readonly string[] => paths.map((path) => `packages/core/src/${path}`)
const testsOf = (...folders: string[]): readonly string[] =>
  folders.map((folder) => `packages/core/test/${folder}/**/*.test.ts`)

/** For properties of the engine, each try of which plays a whole script. */
const FEW = 10

/** The tests of the engine, but for `.test.ts`. */
const engineTests = (...names: string[]): readonly string[] =>
  names.map((name) => `packages/core/test/engine/${name}.test.ts`)

/**
 * The rules and the engine, in parts of some minutes each. What only words things (options, doctor) and what carries bytes
 * (node) is not among them.
 */
export const GROUPS: Readonly<Record<string, MutationGroup>> = {
  rules: { mutate: sources('rules/**/*.ts'), tests: testsOf('rules') },
  'cache-control': { mutate: sources('cache-control/**/*.ts'), tests: testsOf('cache-control') },
  path: { mutate: sources('path/**/*.ts'), tests: testsOf('path') },
  store: {
    mutate: sources(
      'store/{invalidation-index,expiry,eviction,fringe,precondition,memory-store}.ts',
      'store/{target,local-,entry}*.ts',
    ),
    tests: testsOf('store'),
  },
  'kept-bytes': { mutate: sources('store/{owned-bytes,own-value,url-index}.ts'), tests: testsOf('store') },
  key: { mutate: sources('key/**/!(key-parts).ts'), tests: testsOf('key') },
  context: {
    mutate: sources('context/**/*.ts'),
    tests: [...testsOf('context'), ...engineTests('async-context', 'values')],
    propertyRuns: FEW,
  },
  warm: { mutate: sources('warm/**/*.ts', 'engine/heat.ts'), tests: engineTests('warm'), propertyRuns: FEW },
  'key-coverage': {
    mutate: sources('key-coverage/**/*.ts', 'key/key-parts.ts'),
    tests: [...testsOf('key-coverage'), ...engineTests('key-coverage')],
    propertyRuns: FEW,
  },
  values: {
    mutate: sources('engine/{value-*,values}.ts'),
    tests: engineTests('values', 'async-context'),
    propertyRuns: FEW,
  },
  telling: {
    mutate: sources('engine/{announce,events,explain,explain-hook,logger,stats}.ts'),
    tests: engineTests(
      'announce',
      'explain',
      'explain-hook',
      'failing-store',
      'refusals',
      'renders-told',
      'short-lives',
      'sources',
    ),
    propertyRuns: FEW,
  },
  requests: {
    mutate: sources(
      'engine/{bypass-gate,each-anew,handle-bypass,handler,header-pairs,hosts,keyed,off-switch}.ts',
      'engine/{plan,plan-for,slots,visitor}.ts',
    ),
    tests: [
      ...engineTests('bounds', 'explain-hook', 'failure-answers', 'handler', 'key-coverage', 'keys', 'leaks', 'lookup'),
      ...engineTests('memo', 'off', 'requests', 'route-tags', 'storing', 'visitor'),
      'packages/core/test/options/hot-reload.test.ts',
    ],
    propertyRuns: FEW,
  },
  whole: {
    mutate: sources('engine/{assembly,render-cache}.ts'),
    tests: engineTests(
      'announce',
      'close',
      'explain',
      'explain-hook',
      'failing-store',
      'handler',
      'invalidation',
      'key-coverage',
      'keys',
      'lookup',
      'off',
      'requests',
      'shared-store',
      'short-lives',
      'storing',
      'values',
      'warm',
    ),
    propertyRuns: FEW,
  },
  invalidation: {
    mutate: sources('engine/{kept,lives,news,targets}.ts'),
    tests: engineTests('failing-store', 'invalidation', 'news', 'shared-store', 'short-lives', 'stale'),
    propertyRuns: FEW,
  },
  flights: {
    mutate: sources(
      'engine/{admission,background,clearance,departure,flight,guarded-store,later,rests,time-limit,waits}.ts',
    ),
    tests: [
      ...engineTests(
        'admission',
        'bounds',
        'close',
        'coalescing',
        'failing-store',
        'refresh-ahead',
        'shared-store',
        'stale',
      ),
      ...engineTests('time-limits'),
      ...testsOf('model'),
    ],
    propertyRuns: FEW,
  },
  landing: {
    mutate: sources('engine/{collect,landing,make-entry,page,render-run,web-response}.ts'),
    tests: [
      ...engineTests('coalescing', 'ends', 'failing-store', 'failure-answers', 'invalidation', 'oversize', 'refusals'),
      ...engineTests('render-answers', 'renders-told', 'stale', 'storing', 'time-limits', 'visitor'),
      ...testsOf('model'),
    ],
    propertyRuns: FEW,
  },
  serving: {
    mutate: sources('engine/{answers,arrivals,engine,hits,old-pages,waiting}.ts'),
    tests: [
      ...engineTests('coalescing', 'failing-store', 'failure-answers', 'invalidation', 'keys', 'lookup', 'refusals'),
      ...engineTests('ends', 'requests'),
      ...engineTests('refresh-ahead', 'renders-told', 'stale', 'storing', 'time-limits', 'values', 'visitor', 'warm'),
      ...testsOf('model'),
    ],
    propertyRuns: FEW,
  },
}

/** The group of this name. Throws with the names that there are. */
export function groupOf(name: string | undefined): MutationGroup {
  const group = name === undefined ? undefined : GROUPS[name]
  if (group === undefined) throw new Error(`expected one of ${Object.keys(GROUPS).join(', ')}, got ${name}`)
  return group
}
