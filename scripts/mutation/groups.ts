import { basename } from 'node:path'

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

const engineFiles = (...names: string[]): readonly string[] =>
  names.map((name) => `packages/core/src/engine/${name}.ts`)

/** The parts of the engine; what is in none of them serves visitors. */
const ENGINE = {
  warm: engineFiles('heat'),
  values: engineFiles('value-codec', 'value-key', 'value-service', 'value-slots', 'values'),
  telling: engineFiles(
    'announce',
    'announce-overload',
    'events',
    'explain',
    'explain-hook',
    'failure-log',
    'logger',
    'outage-log',
    'stats',
  ),
  requests: [
    ...engineFiles('bypass-gate', 'each-anew', 'handle-bypass', 'handler', 'header-pairs', 'hosts', 'keyed'),
    ...engineFiles('first-sights', 'off-switch', 'plan', 'plan-for', 'slots', 'visitor'),
  ],
  whole: engineFiles('assembly', 'render-cache'),
  invalidation: engineFiles('kept', 'lives', 'news', 'targets'),
  admission: [
    ...engineFiles('admission/cap', 'admission/gate', 'admission/give-back', 'admission/lane'),
    ...engineFiles('admission/place', 'admission/route-caps', 'admission/turns', 'admission/write-offs'),
    ...engineFiles(
      'adaptive-admission',
      'crawlers',
      'held-place',
      'ladder',
      'loop-delay',
      'never-rendered',
      'reception',
      'stay',
    ),
  ],
  fallback: engineFiles('fault', 'shell-maker', 'stand-ins'),
  flights: engineFiles(
    'background',
    'clearance',
    'departure',
    'flight',
    'later',
    'patience',
    'rests',
    'takeoff',
    'vigil',
    'waits',
  ),
  'store-calls': [
    ...engineFiles('circuit', 'guarded-lease', 'guarded-store', 'store-calls', 'store-health', 'time-limit', 'writes'),
  ],
  streams: engineFiles('broken-render', 'checked-chunk', 'openings', 'run', 'running-body'),
  encodings: engineFiles('content-coding', 'encoding-jobs', 'encodings'),
  'origin-mode': [
    ...engineFiles('answers-by-mode', 'origin-answers', 'origin-ask', 'origin-landing', 'origin-page', 'origin-plan'),
    ...engineFiles('ready-key', 'variant-names', 'whole-key'),
  ],
  landing: [
    ...engineFiles('collect', 'landing', 'make-entry', 'page', 'page-maker', 'render-run', 'vouched-page'),
    ...engineFiles('key-ends', 'page-writing', 'render-telling', 'web-response'),
  ],
} as const

/** The files of the engine but these. */
function engineBut(files: readonly string[]): readonly string[] {
  return sources(`engine/!(${files.map((file) => basename(file, '.ts')).join('|')}).ts`)
}

/** The tests of the engine, but for `.test.ts`. */
const engineTests = (...names: string[]): readonly string[] =>
  names.map((name) => `packages/core/test/engine/${name}.test.ts`)

/**
 * The rules and the engine, in parts of some minutes each: what the document says is not in them, is in none.
 */
export const GROUPS: Readonly<Record<string, MutationGroup>> = {
  rules: { mutate: sources('rules/**/*.ts'), tests: testsOf('rules') },
  'cache-control': { mutate: sources('cache-control/**/*.ts'), tests: testsOf('cache-control') },
  origin: { mutate: sources('origin/**/*.ts'), tests: testsOf('origin') },
  path: { mutate: sources('path/**/*.ts'), tests: testsOf('path') },
  store: {
    mutate: sources(
      'store/{invalidation-index,expiry,eviction,fringe,precondition,memory-store}.ts',
      'store/{target,local-,entry}*.ts',
    ),
    tests: testsOf('store'),
  },
  'kept-bytes': {
    mutate: sources('store/{owned-bytes,own-value,ownership,recency-map,recency-order,url-index}.ts'),
    tests: testsOf('store'),
  },
  key: { mutate: sources('key/**/!(key-parts).ts'), tests: testsOf('key') },
  context: {
    mutate: sources('context/**/*.ts'),
    tests: [...testsOf('context'), ...engineTests('async-context', 'previous-page', 'streams', 'values')],
    propertyRuns: FEW,
  },
  warm: { mutate: [...sources('warm/**/*.ts'), ...ENGINE.warm], tests: engineTests('warm'), propertyRuns: FEW },
  'key-coverage': {
    mutate: sources('key-coverage/**/*.ts', 'key/key-parts.ts'),
    tests: [...testsOf('key-coverage'), ...engineTests('key-coverage')],
    propertyRuns: FEW,
  },
  values: {
    mutate: ENGINE.values,
    tests: engineTests('values', 'value-slots', 'async-context'),
    propertyRuns: FEW,
  },
  telling: {
    mutate: ENGINE.telling,
    tests: [
      ...engineTests('announce', 'circuit', 'coalescing', 'explain', 'explain-hook', 'failing-store', 'fallback'),
      ...engineTests('origin-asked', 'overload', 'reception', 'refusals', 'renders-told', 'short-lives', 'sources'),
      ...engineTests('streams'),
      ...testsOf('fetch'),
    ],
    propertyRuns: FEW,
  },
  requests: {
    mutate: ENGINE.requests,
    tests: [
      ...engineTests('bounds', 'explain-hook', 'failure-answers', 'handler', 'key-coverage', 'keys', 'leaks', 'lookup'),
      ...engineTests('memo', 'off', 'requests', 'route-tags', 'storing', 'visitor'),
      'packages/core/test/options/hot-reload.test.ts',
    ],
    propertyRuns: FEW,
  },
  whole: {
    mutate: ENGINE.whole,
    tests: [
      ...engineTests('adaptive-admission', 'announce', 'close', 'encodings', 'explain', 'explain-hook', 'fallback'),
      ...engineTests('failing-store', 'handler', 'invalidation', 'key-coverage', 'keys', 'lookup', 'off'),
      ...engineTests('origin-asked', 'origin-streams', 'others-renders', 'overload', 'reception', 'requests'),
      ...engineTests('shared-store', 'short-lives', 'storing', 'streams', 'values', 'warm'),
      ...testsOf('fetch'),
    ],
    propertyRuns: FEW,
  },
  invalidation: {
    mutate: ENGINE.invalidation,
    tests: engineTests('failing-store', 'invalidation', 'news', 'shared-store', 'short-lives', 'stale'),
    propertyRuns: FEW,
  },
  admission: {
    mutate: ENGINE.admission,
    tests: [
      ...testsOf('engine/admission'),
      ...engineTests('adaptive-admission', 'close', 'coalescing', 'crowds', 'fallback', 'overload', 'reception'),
      ...engineTests('origin-asked', 'origin-stale', 'refresh-ahead', 'renders-told', 'stale', 'stay'),
      ...engineTests('time-limits', 'warm'),
      ...testsOf('fetch'),
    ],
    propertyRuns: FEW,
  },
  fallback: {
    mutate: ENGINE.fallback,
    tests: engineTests('failure-answers', 'fallback', 'overload', 'reception', 'time-limits'),
    propertyRuns: FEW,
  },
  flights: {
    mutate: ENGINE.flights,
    tests: [
      ...engineTests('bookkeeping', 'bounds', 'clearance', 'close', 'coalescing', 'crowds', 'failing-store'),
      ...engineTests('fallback', 'origin-asked', 'origin-stale', 'origin-streams', 'others-renders', 'overload'),
      ...engineTests('oversize', 'reception', 'refresh-ahead', 'renders-told', 'shared-store', 'stale', 'stay'),
      ...engineTests('streams', 'streams-at-once', 'tiered', 'time-limits', 'values', 'warm'),
      ...testsOf('model'),
    ],
    propertyRuns: FEW,
  },
  'store-calls': {
    mutate: ENGINE['store-calls'],
    tests: [
      ...engineTests('bookkeeping', 'bounds', 'circuit', 'clearance', 'close', 'failing-store', 'others-renders'),
      ...engineTests('shared-store', 'tiered', 'time-limit', 'writes'),
    ],
    propertyRuns: FEW,
  },
  streams: {
    mutate: ENGINE.streams,
    tests: [
      ...engineTests('broken-render', 'ends', 'listeners', 'openings', 'origin-streams', 'oversize', 'render-answers'),
      ...engineTests('running-body', 'sources', 'streams', 'streams-at-once'),
      ...testsOf('fetch'),
    ],
  },
  encodings: {
    mutate: ENGINE.encodings,
    tests: engineTests('content-coding', 'encodings', 'origin-encodings'),
    propertyRuns: FEW,
  },
  'origin-mode': {
    mutate: ENGINE['origin-mode'],
    tests: [
      ...engineTests('crowds', 'fallback', 'keys', 'memo', 'origin-asked', 'origin-encodings', 'origin-model'),
      ...engineTests('origin-ask', 'origin-names', 'origin-stale', 'origin-storing', 'origin-streams'),
      ...engineTests('origin-validation', 'origin-vary', 'others-renders', 'overload', 'reception', 'reread'),
      ...engineTests('time-limit', 'time-limits', 'variant-names'),
      ...testsOf('fetch'),
    ],
    // The model against which the whole mode is held is quick.
    propertyRuns: 30,
  },
  landing: {
    mutate: ENGINE.landing,
    tests: [
      ...engineTests('close', 'coalescing', 'encodings', 'ends', 'explain', 'failing-store', 'failure-answers'),
      ...engineTests('handler', 'invalidation', 'keys', 'lookup', 'origin-asked', 'origin-encodings', 'origin-model'),
      ...engineTests('origin-names', 'origin-stale', 'origin-storing', 'origin-streams', 'origin-validation'),
      ...engineTests('origin-vary', 'others-renders', 'oversize', 'previous-page', 'refusals', 'render-answers'),
      ...engineTests('renders-told', 'shared-store', 'short-lives', 'stale', 'stay', 'storing', 'streams'),
      ...engineTests('streams-at-once', 'time-limits', 'values', 'visitor', 'writes'),
      ...testsOf('model'),
    ],
    propertyRuns: FEW,
  },
  serving: {
    mutate: engineBut(Object.values(ENGINE).flat()),
    tests: [
      ...engineTests('answers', 'circuit', 'coalescing', 'crowds', 'cut', 'encodings', 'ends', 'explain'),
      ...engineTests('failing-store', 'failure-answers', 'fallback', 'in-hand', 'invalidation', 'keys', 'lookup'),
      ...engineTests('news', 'origin-asked', 'origin-encodings', 'origin-model', 'origin-names', 'origin-stale'),
      ...engineTests('origin-storing', 'origin-streams', 'origin-validation', 'origin-vary', 'others-renders'),
      ...engineTests('overload', 'recent-time', 'reception', 'refresh-ahead', 'refusals', 'renders-told', 'requests'),
      ...engineTests('reread', 'shared-store', 'stale', 'storing', 'streams', 'tiered', 'time-limits', 'values'),
      ...engineTests('warm', 'wishes'),
      'packages/core/test/model/one-after-another.test.ts',
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
