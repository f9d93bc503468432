import { describe, expect, it } from 'vitest'
import { type Contender, type Effort, measure } from '../src/bench/contest.ts'
import { repeatedCall } from '../src/bench/repeated-call.ts'
import { pooled, type TableSamples } from '../src/bench/samples.ts'

const EFFORT: Effort = { rounds: 4, warmUp: 1, roundMs: 1, serverRoundMs: 1, serverWarmUp: 1, pages: 1 }

/** A contender that takes what it is told, and writes down that it ran. */
function contender(name: string, cpuNs: () => number, ran: string[]): Contender {
  return {
    name,
    async round() {
      ran.push(name)
      return { operations: 10, wallNs: 1_000, cpuNs: cpuNs() }
    },
  }
}

const HEAD = { title: 'A contest', note: 'A note' }

describe('paired rounds', () => {
  it('put each contender beside a round of the baseline of its own, in turned order from round to round', async () => {
    const ran: string[] = []
    const [baseline, a, b] = ['-', 'a', 'b'].map((name) => contender(name, () => 1, ran)) as Contender[]
    await measure({ ...HEAD, baseline: baseline!, contenders: [a!, b!] }, EFFORT)
    expect(ran.join('')).toBe('a-b-' + '-a-b' + 'a-b-' + '-a-b' + 'a-b-')
  })

  it('cancel what slows the machine for longer than a round', async () => {
    let load = 1
    const slowing = (ns: number) => () => {
      load *= 1.1
      return ns * load
    }
    const baseline = contender('-', slowing(100), [])
    const table = await measure({ ...HEAD, baseline, contenders: [contender('a', slowing(200), [])] }, EFFORT)
    const [, line] = table.lines
    expect(Math.sqrt(line!.ratios[0]! * line!.ratios[1]!)).toBeCloseTo(2, 10)
  })

  it('count nothing of the warm-up, and give figures per operation', async () => {
    let rounds = 0
    const baseline = contender('-', () => 10_000, [])
    const cold = contender('a', () => (rounds++ === 0 ? 1e9 : 30_000), [])
    const table = await measure({ ...HEAD, baseline, contenders: [cold] }, EFFORT)
    expect(table).toEqual({
      ...HEAD,
      unit: '× baseline',
      lines: [
        { name: '-', figures: { 'CPU µs': [1, 1, 1, 1], 'per second': Array(4).fill(1e7) }, ratios: [] },
        { name: 'a', figures: { 'CPU µs': [3, 3, 3, 3], 'per second': Array(4).fill(1e7) }, ratios: [3, 3, 3, 3] },
      ],
    })
  })
})

describe('a call that is measured many times over', () => {
  it('is given each input once, in order, one call after the other', async () => {
    const given: number[] = []
    let made = 0
    let running = 0
    const one = await repeatedCall(
      {
        name: 'one',
        input: () => made++,
        async call(input: number) {
          expect(++running, 'calls at a time').toBe(1)
          given.push(input)
          await null
          running--
        },
        batch: 5,
      },
      0,
    )
    const { operations } = await one.round()
    expect(operations % 5).toBe(0)
    expect(given).toEqual(Array.from({ length: made }, (_, i) => i))
  })

  it('ends the measurement when it fails', async () => {
    const failing = { name: 'failing', input: () => 1, call: () => Promise.reject(new Error('a miss')) }
    await expect(repeatedCall(failing, 1)).rejects.toThrow('a miss')
  })
})

describe('runs of several processes', () => {
  const run = (value: number, name = 'a'): readonly TableSamples[] => {
    return [{ ...HEAD, unit: '× baseline', lines: [{ name, figures: { 'CPU µs': [value] }, ratios: [value] }] }]
  }

  it('are one table, with the rounds of all', () => {
    const [table] = pooled([run(1), run(2), run(3)])
    expect(table?.lines).toEqual([{ name: 'a', figures: { 'CPU µs': [1, 2, 3] }, ratios: [1, 2, 3] }])
  })

  it('of different lines are not mixed', () => expect(() => pooled([run(1), run(2, 'b')])).toThrow('the same lines'))
})
