import { describe, expect, it } from 'vitest'
import type { Generation } from '../../src/store/entry.ts'
import { permits } from '../../src/store/precondition.ts'
import type { Precondition } from '../../src/store/store.ts'
import { samplePage } from '../../src/testing/sample-values.ts'

const at = (position: number, epoch = 'now'): Generation => ({ epoch, position })
const standing = (generation: Generation, token = 5n) => ({
  value: samplePage(0, generation, { token }),
  revision: '7',
})

describe('a precondition over what stands', () => {
  it.each<[Precondition, ReturnType<typeof standing> | undefined, boolean]>([
    [{ absent: true }, undefined, true],
    [{ absent: true }, standing(at(1)), false],
    [{ revision: '7' }, standing(at(1)), true],
    [{ revision: '6' }, standing(at(1)), false],
    [{ revision: '7' }, undefined, false],
    [{ notNewerThan: at(3) }, undefined, true],
    [{ notNewerThan: at(3) }, standing(at(2)), true],
    [{ notNewerThan: at(3) }, standing(at(3)), true],
    [{ notNewerThan: at(3) }, standing(at(4)), false],
    [{ notNewerThan: at(3), token: 5n }, standing(at(3)), true],
    [{ notNewerThan: at(3), token: 6n }, standing(at(3)), true],
    [{ notNewerThan: at(3), token: 4n }, standing(at(3)), false],
    [{ notNewerThan: at(3), token: 4n }, standing(at(2)), true],
    [{ notNewerThan: at(3), token: 6n }, standing(at(4)), false],
    [{ notNewerThan: at(0) }, standing(at(9, 'before')), true],
    [{ notNewerThan: at(9, 'before') }, standing(at(0)), false],
    [{ notNewerThan: at(9, 'before') }, standing(at(10, 'before')), false],
    [{ notNewerThan: at(0, 'before') }, standing(at(9, 'long before')), true],
  ])('%o over %o: %s (V6)', (condition, over, allowed) => {
    expect(permits(condition, over, 'now')).toBe(allowed)
  })
})
