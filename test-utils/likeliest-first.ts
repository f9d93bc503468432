import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The order of test files in a run on a mutant, which ends with the first test that fails: what failed on the mutant before, which
 * was often made in the same lines, then the quick ones. Vitest itself would begin with the slowest.
 */
export class LikeliestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const last = (file: TestSpecification) =>
      this.ctx.cache.getTestSpecificationResult(file) ?? { failed: false, duration: 0 }
    return files.toSorted((a, b) => {
      const [one, other] = [last(a), last(b)]
      return Number(other.failed) - Number(one.failed) || one.duration - other.duration
    })
  }
}
