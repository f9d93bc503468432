import { describe, expect, it, vi } from 'vitest'
import type { Generation } from '../../src/store/entry.ts'
import { localLog } from '../../src/store/local-log.ts'
import { LogKnowledge } from '../../src/store/log-knowledge.ts'
import type { LogTail, Now } from '../../src/store/store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'

const TAG = [{ kind: 'tag', tag: 'a' }] as const
const SOFT = { hard: false, settleMs: 0 }
const URL = 'https://shop.example/a'

function openKnowledge(read?: (since: Generation) => Now<LogTail>) {
  const log = localLog({ clock: fakeClock() })
  const failed = vi.fn<(error: unknown) => void>()
  const reads = vi.fn<(since: Generation) => Now<LogTail>>(read ?? ((since) => log.read(since)))
  const known = new LogKnowledge({ read: reads }, failed)
  return { log, failed, reads, known }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('what is known of a log', () => {
  it('is what is told, and what is missing is read', () => {
    const { log, reads, known } = openKnowledge()
    known.catchUp()
    const [first, second] = [1, 2].map(() => log.read(log.append(TAG, SOFT)))
    known.told(second as LogTail)
    expect([known.index.isCut, known.index.head, reads.mock.calls.length]).toEqual([false, log.head, 2])
    known.told(first as LogTail)
    expect(known.index.head).toEqual(log.head)
  })

  it('is not followed from a cut until something is told, though it be nothing new (X5)', () => {
    const { log, known } = openKnowledge()
    expect(known.isFollowing).toBe(true)
    known.told('cut')
    expect([known.isFollowing, known.index.isCut]).toEqual([false, false])
    known.told(log.read(log.head))
    expect(known.isFollowing).toBe(true)
  })

  it('is what reads bring along: that there is nothing new closes a gap, and a word that did not come says nothing', () => {
    let isSilent = true
    const { log, known } = openKnowledge((since) => {
      if (isSilent) throw new Error('gone')
      return log.read(since)
    })
    known.heard(log.read(known.index.head), known.index.head)
    known.told('cut')
    const late = { ...known.index.head }
    known.heard('unread', known.index.head)
    known.heard(undefined, late)
    expect(known.index.isCut).toBe(true)
    known.heard(undefined, known.index.head)
    expect(known.index.isCut).toBe(false)
    isSilent = false
    const page = { tags: ['a'], generation: known.index.head, renderStartedAt: 0 }
    const before = known.index.head
    log.append([{ kind: 'tag', tag: 'b' }], SOFT)
    const middle = log.head
    log.append(TAG, SOFT)
    // A tail that leaves a record out.
    known.heard(log.read(middle), before)
    expect(known.index.verdict(URL, page).kind).toBe('stale')
  })

  it('is asked for once at a time, and again after a cut: the answer before says nothing of what was missed since', async () => {
    const answers: ((tail: LogTail) => void)[] = []
    const { log, reads, known } = openKnowledge(() => new Promise((resolve) => answers.push(resolve)))
    known.catchUp()
    known.catchUp()
    expect(reads).toHaveBeenCalledOnce()
    const first = log.read(known.index.head)
    known.told('cut')
    expect(reads).toHaveBeenCalledTimes(2)
    answers[0]?.(first)
    await settled()
    expect(known.index.isCut).toBe(true)
    // By the first answer the log is known from elsewhere than the second question asked from, so it is asked a third time.
    answers[1]?.(log.read(known.index.head))
    await settled()
    answers.at(-1)?.(log.read(known.index.head))
    await settled()
    expect(known.index.isCut).toBe(false)
  })

  it.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('gone')
      },
    ],
    ['rejects', () => Promise.reject(new Error('gone'))],
  ])('cannot be read where the log %s: that is told, and it is asked again the next time', async (_, fail) => {
    const { reads, failed, known } = openKnowledge(fail)
    known.catchUp()
    await settled()
    known.catchUp()
    await settled()
    expect([reads.mock.calls.length, failed.mock.calls.length]).toEqual([2, 2])
    expect(known.index.isCut).toBe(true)
  })
})
