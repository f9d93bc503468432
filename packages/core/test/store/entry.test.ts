import { describe, expect, it } from 'vitest'
import { type Generation, olderGeneration } from '../../src/store/entry.ts'

const at = (position: number, epoch = 'now'): Generation => ({ epoch, position })

describe('the generation of what was made from two', () => {
  it.each<[Generation, Generation, Generation]>([
    [at(3), at(5), at(3)],
    [at(5), at(3), at(3)],
    [at(3), at(3), at(3)],
    // Of no log: every record is newer.
    [at(3), at(5, 'before'), at(-1, '')],
    [at(5, 'before'), at(3), at(-1, '')],
  ])('%o and %o: %o (I2)', (one, other, older) => {
    expect(olderGeneration(one, other)).toEqual(older)
  })
})
