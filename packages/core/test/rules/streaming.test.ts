import { describe, expect, test } from 'vitest'
import { type Departing, mayStream, type Opening, streaming } from '../../src/rules/streaming.ts'

describe('whether a page may go out before it is whole', () => {
  const usual: Departing = { stream: 'first', leader: 'page', hasOldPage: false }

  test.each<[string, Partial<Departing>, boolean]>([
    ['a visitor waits for it, and nothing is kept', {}, true],
    ['the same where everyone may read along', { stream: 'shared' }, true],
    ['the route says that nobody is answered before its end', { stream: 'whole' }, false],
    ['only its head was asked for', { leader: 'head' }, false],
    ['nobody waits for it: a refresh, a warm-up', { leader: 'nobody' }, false],
    ['an old page may stand in, if it fails (I5)', { hasOldPage: true }, false],
    ['and that where everyone may read along, too', { stream: 'shared', hasOldPage: true }, false],
  ])('%s', (_, situation, expected) => {
    expect(mayStream({ ...usual, ...situation })).toBe(expected)
  })
})

describe('what is done with a page when its first bytes are there (I4, I9)', () => {
  const usual: Opening = { stream: 'first', verdict: 'shareable', isAwaited: true, isJoinable: true }
  const shared: Opening = { ...usual, stream: 'shared' }

  test.each<[string, Opening, ReturnType<typeof streaming>]>([
    ['its leader reads it while it is gathered', usual, 'lead'],
    ['everyone reads it', shared, 'share'],
    ['a failure is everybody’s, with its status (I4)', { ...usual, verdict: 'failure' }, 'gather'],
    ['and so where everyone would read', { ...shared, verdict: 'failure' }, 'gather'],
    ['what nobody may share is its leader’s', { ...usual, verdict: 'unshareable' }, 'hand-on'],
    ['and nobody else’s where everyone would read (I4)', { ...shared, verdict: 'unshareable' }, 'hand-on'],
    ['what nobody may share, and nobody waits for', { ...usual, verdict: 'unshareable', isAwaited: false }, 'gather'],
    ['its leader has left: it is gathered for the others (I9)', { ...usual, isAwaited: false }, 'gather'],
    ['its leader has left: the others read it', { ...shared, isAwaited: false }, 'share'],
    ['a record has named it: only its leader came before (I2)', { ...shared, isJoinable: false }, 'lead'],
    ['a record has named it, and its leader has left', { ...shared, isJoinable: false, isAwaited: false }, 'gather'],
  ])('%s', (_, opening, expected) => {
    expect(streaming(opening)).toBe(expected)
  })
})
