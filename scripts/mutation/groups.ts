/** A part of the sources that is mutated in one run of Stryker, and the tests that have to notice it. */
export interface MutationGroup {
  readonly mutate: readonly string[]
  /** Those of the part's own area: a rule is held by the tests of that rule, and not by chance in a test of the whole. */
  readonly tests: readonly string[]
}

const sources = (...paths: string[]): readonly string[] => paths.map((path) => `packages/core/src/${path}`)
const testsOf = (...folders: string[]): readonly string[] =>
  folders.map((folder) => `packages/core/test/${folder}/**/*.test.ts`)

/** The rules and the engine. What only words things (options, doctor) and what carries bytes (node) is not among them. */
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
  key: { mutate: sources('key/**/*.ts'), tests: testsOf('key') },
  engine: {
    mutate: sources('engine/**/*.ts', 'context/**/*.ts', 'warm/**/*.ts'),
    tests: testsOf('engine', 'context', 'model'),
  },
}

/** The group of this name. Throws with the names that there are. */
export function groupOf(name: string | undefined): MutationGroup {
  const group = name === undefined ? undefined : GROUPS[name]
  if (group === undefined) throw new Error(`expected one of ${Object.keys(GROUPS).join(', ')}, got ${name}`)
  return group
}
