import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Standing, showProgress } from '../src/replay/progress.ts'

/** What a terminal, or a file in its place, is shown. */
let shown = ''

function show(text: unknown): void {
  shown += String(text)
}

function stderr(isTTY: boolean): void {
  const sink = new Writable({
    write(chunk, _, done) {
      show(chunk)
      done()
    },
  })
  const terminal = Object.assign(sink, { isTTY, columns: 120 })
  vi.spyOn(process, 'stderr', 'get').mockReturnValue(terminal as unknown as typeof process.stderr) // as much of it as is asked for
  vi.spyOn(console, 'error').mockImplementation((line: string) => show(`${line}\n`))
}

beforeEach(() => {
  shown = ''
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('how far a replay has come', () => {
  const halfway: Standing = { done: 500, total: 1_000, requests: 1_234, answered: 1_000, hits: 770 }

  it('is a bar on a terminal, with requests, rate and ratio', () => {
    stderr(true)
    const stop = showProgress(() => halfway)
    vi.advanceTimersByTime(1_000)
    stop()
    expect(shown).toMatch(/█{15}░{15} 50 %\s+1,234 requests, [\d,]+\/s\s+77\.0 % hits/)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is a plain line every five seconds where there is no terminal', () => {
    stderr(false)
    const stop = showProgress(() => halfway)
    vi.advanceTimersByTime(11_000)
    stop()
    expect(shown).toBe('50.0 %: 1,234 requests, 77.0 % hits\n'.repeat(2))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is a plain line on a terminal, too, where no end is known', () => {
    stderr(true)
    const stop = showProgress(() => ({ ...halfway, total: undefined }))
    vi.advanceTimersByTime(5_000)
    stop()
    expect(shown).toBe('1,234 requests, 77.0 % hits\n')
  })
})
