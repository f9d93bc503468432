import { setImmediate as turn } from 'node:timers/promises'
import type { LogTail } from '@ssr-cache/core/store'
import { fakeClock } from '@ssr-cache/core/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../src/connection.ts'
import { LogFeed } from '../src/log-feed.ts'
import type { LogReader } from '../src/log-reader.ts'

const SYNC_TIMEOUT_MS = 2_000
const STEP_MS = 10
const TAIL: LogTail = { head: { epoch: 'e', position: 1 }, records: [], lowWater: 0, purgeLowWater: 0 }

describe('a process that follows the log and is busy', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  /** A feed that has heard all there is, over a Redis that answers nothing from then on but what `answer` gives. */
  async function feed() {
    const clock = fakeClock()
    const asked: ((tail: LogTail) => void)[] = []
    const news = (): Promise<LogTail> => new Promise((resolve) => asked.push(resolve))
    const connection = {
      subscriber: { listen: () => () => {}, ping: () => Promise.resolve() },
      onChange: () => () => {},
    } as unknown as Connection // all that a feed asks of one
    const reader = { news } as unknown as LogReader // likewise
    const followed = new LogFeed(connection, { channel: 'log', reader, clock, syncTimeoutMs: SYNC_TIMEOUT_MS })
    const heard: string[] = []
    followed.follow((news) => heard.push(news === 'cut' ? 'cut' : 'tail'))
    asked.shift()?.(TAIL)
    await turn()
    expect(heard).toEqual(['tail'])
    return {
      heard,
      /** Time in which this process has nothing else to do. */
      async idle(ms: number): Promise<void> {
        for (let passed = 0; passed < ms; passed += STEP_MS) {
          vi.advanceTimersByTime(STEP_MS)
          clock.advance(STEP_MS)
        }
        for (let turns = 0; turns < 3; turns++) await turn()
      },
      /** A render that lasts so long, at the end of which a timer is called that fell due at its beginning. The clock moves no further: what is scheduled then is scheduled from its end. */
      async busy(ms: number): Promise<void> {
        vi.advanceTimersByTime(ms)
        clock.advance(STEP_MS)
        for (let turns = 0; turns < 3; turns++) await turn()
      },
      async answer(): Promise<void> {
        asked.shift()?.(TAIL)
        await turn()
      },
    }
  }

  it('is cut off when nothing was proven for syncTimeoutMs, and not before (X5)', async () => {
    const { heard, idle } = await feed()
    await idle(SYNC_TIMEOUT_MS - STEP_MS)
    expect(heard).toEqual(['tail'])
    await idle(STEP_MS)
    expect(heard).toEqual(['tail', 'cut'])
  })

  it('is given a moment to hear what arrived while it was busy, and then is not cut off (X5, F2)', async () => {
    const { heard, idle, busy, answer } = await feed()
    await idle(SYNC_TIMEOUT_MS - STEP_MS)
    await busy(300)
    expect(heard).toEqual(['tail'])
    await answer()
    await idle(200)
    expect(heard).toEqual(['tail'])
  })

  it('is cut off after that moment where nothing had arrived (X5)', async () => {
    const { heard, idle, busy } = await feed()
    await idle(SYNC_TIMEOUT_MS - STEP_MS)
    await busy(300)
    expect(heard).toEqual(['tail'])
    await idle(100)
    expect(heard).toEqual(['tail', 'cut'])
  })
})
