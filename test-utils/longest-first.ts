import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes tens of seconds, longest first. Begun last, one of them would run on alone when all others are over. */
const LONGEST: readonly string[] = [
  'benchmarks/test/bench.test.ts',
  'redis-adapter/test/fleet/',
  'benchmarks/test/',
  'examples/storefront/test/fleet.test.ts',
  '/oracle/',
  '/security.test.ts',
  '/path/corpora.test.ts',
  '/test/model/',
  'redis-adapter/test/',
  'examples/storefront/test/',
  'examples/gateway/test/',
]

/** Vitest’s own order, by what files took before or else by their size, but for the longest: the size of a file says nothing of the processes that it starts. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((one, other) => rank(one) - rank(other))
  }
}

function rank({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((part) => moduleId.includes(part))
  return place < 0 ? LONGEST.length : place
}
