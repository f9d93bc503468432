import type { BarRule } from './bar.ts'
import type { LineSamples, TableSamples } from './samples.ts'

/** What one round of one contender took. */
export interface Sample {
  readonly operations: number
  readonly wallNs: number
  /** Of all threads of the process under test, collecting its garbage included. */
  readonly cpuNs: number
}

/** Something that does the same work again and again, and says what a round of it took. */
export interface Contender {
  readonly name: string
  readonly bar?: BarRule
  round(): Promise<Sample>
}

/** A baseline, and those who are measured against it. */
export interface Contest {
  readonly title: string
  readonly note: string
  /** What the ratios are taken of: CPU time of this process, or the time of the clock, where others work for it. @default 'cpu' */
  readonly compares?: 'cpu' | 'time'
  readonly baseline: Contender
  readonly contenders: readonly Contender[]
}

/** How much is measured. */
export interface Effort {
  /** Pairs of a contender's round and a baseline's. */
  readonly rounds: number
  /** Rounds that are not counted. */
  readonly warmUp: number
  /** What a round should take, inputs not counted. */
  readonly roundMs: number
  /** The same for a server under load. */
  readonly serverRoundMs: number
  /** Requests that each server answers before anything is measured. */
  readonly serverWarmUp: number
  /** Pages that are held where memory is looked at. */
  readonly pages: number
  /** Of apps in processes of their own, whether only those are measured that have a bar, or are the first of their table. @default false */
  readonly judgedOnly?: boolean
}

interface Pair {
  readonly base: Sample
  readonly own: Sample
}

/**
 * Measures in paired rounds: each contender beside a round of the baseline of its own, A B and then B A, all contenders in turn. What slows the machine
 * for longer than a round slows both halves of a pair, and drift inside a pair cancels with the next one.
 */
export async function measure(contest: Contest, { rounds, warmUp }: Effort): Promise<TableSamples> {
  const { title, note, compares = 'cpu', baseline, contenders } = contest
  const pairs = contenders.map((): Pair[] => [])
  for (let round = -warmUp; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      const pair = await pairOf(baseline, contender, round % 2 === 0)
      if (round >= 0) pairs[i]?.push(pair)
    }
  }
  const base = lineOf(
    baseline,
    pairs.flat().map((pair) => pair.base),
    [],
  )
  const lines = contenders.map((contender, i) => pairedLine(contender, pairs[i] ?? [], COSTS[compares]))
  return { title, note, unit: '× baseline', lines: [base, ...lines] }
}

async function pairOf(baseline: Contender, contender: Contender, baseFirst: boolean): Promise<Pair> {
  if (baseFirst) {
    const base = await baseline.round()
    return { base, own: await contender.round() }
  }
  const own = await contender.round()
  return { base: await baseline.round(), own }
}

type Cost = (sample: Sample) => number

const COSTS: Readonly<Record<NonNullable<Contest['compares']>, Cost>> = { cpu: cpuOf, time: timeOf }

function pairedLine(contender: Contender, pairs: readonly Pair[], costOf: Cost): LineSamples {
  const ratios = pairs.map(({ base, own }) => costOf(own) / costOf(base))
  return lineOf(
    contender,
    pairs.map((pair) => pair.own),
    ratios,
  )
}

function lineOf({ name, bar }: Contender, samples: readonly Sample[], ratios: readonly number[]): LineSamples {
  const figures = {
    'CPU µs': samples.map((sample) => cpuOf(sample) / 1_000),
    'per second': samples.map(({ operations, wallNs }) => (operations / wallNs) * 1e9),
  }
  return { name, figures, ratios, ...(bar === undefined ? {} : { bar }) }
}

function cpuOf({ cpuNs, operations }: Sample): number {
  return cpuNs / operations
}

function timeOf({ wallNs, operations }: Sample): number {
  return wallNs / operations
}
