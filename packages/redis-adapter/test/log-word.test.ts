import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AwaitedWord, type Word } from '../src/log-word.ts'

const PATIENCE_MS = 20
const TAIL = { head: { epoch: 'e', position: 1 }, records: [], lowWater: 0, purgeLowWater: 0 } as const

describe('the word of the log beside a page', () => {
  // The turns of the event loop are real: they are what is tested.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  function awaited() {
    const { promise, resolve } = Promise.withResolvers<Word>()
    return { word: new AwaitedWord(promise), say: resolve }
  }

  it.each([undefined, TAIL, 'unread'] as const)('%o is there at once where it came before the page', async (said) => {
    const { word, say } = awaited()
    say(said)
    await word.word
    expect(word.inTime()).toBe(said)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is waited for as long as another node of a cluster may take, and no timer stays behind', async () => {
    const { word, say } = awaited()
    const inTime = word.inTime()
    vi.advanceTimersByTime(PATIENCE_MS - 1)
    say(TAIL)
    expect(await inTime).toBe(TAIL)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is waited for by all pages of a turn together: a crowd takes one timer (I13)', async () => {
    const { word, say } = awaited()
    const waits = [word.inTime(), word.inTime(), word.inTime()]
    expect(vi.getTimerCount()).toBe(1)
    say(TAIL)
    expect(await Promise.all(waits)).toEqual([TAIL, TAIL, TAIL])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is unread where it does not come: the page does not wait for it (I6)', async () => {
    const { word, say } = awaited()
    const inTime = word.inTime()
    vi.advanceTimersByTime(PATIENCE_MS)
    expect(await inTime).toBe('unread')
    say(TAIL)
    expect(await inTime).toBe('unread')
  })

  it('is in time where it arrived while this process was busy: a busy event loop is not a slow Redis (F2)', async () => {
    const { word, say } = awaited()
    const inTime = word.inTime()
    // The timer is called first, after a long render; then the socket is read, in this turn or, behind what else arrived, in the next.
    vi.advanceTimersByTime(PATIENCE_MS)
    setImmediate(() => say(TAIL))
    expect(await inTime).toBe(TAIL)
  })
})
