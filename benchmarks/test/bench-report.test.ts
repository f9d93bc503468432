import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { Machine } from '../src/bench/machine.ts'
import { thisMachine } from '../src/bench/machine.ts'
import { PARTS } from '../src/bench/parts.ts'
import { reportOf, reportText } from '../src/bench/report.ts'
import type { TableSamples } from '../src/bench/samples.ts'
import { withSection } from '../src/results-file.ts'

const MACHINE: Machine = {
  cpu: 'A Processor',
  cores: 2,
  memoryGb: 8,
  system: 'Linux 6.1 x64',
  node: 'v24.0.0',
  load: 0.5,
  versions: { 'lru-cache': '11.5.3', express: '5.3.0' },
}

const SAMPLES: readonly TableSamples[] = [
  {
    title: 'Hit by a ready key',
    note: 'Each call awaited.',
    unit: '× baseline',
    lines: [
      { name: 'a Map', figures: { 'CPU µs': [0.1, 0.1, 0.4], 'per second': [10_000_000, 9_000_000, 1] }, ratios: [] },
      {
        name: 'ours',
        figures: { 'CPU µs': [0.14, 0.141, 0.139], 'per second': [7e6, 7e6, 7e6] },
        ratios: [1.4, 1.4, 1.4],
        bar: { name: 'hit by a ready key', most: 1.5 },
      },
      { name: 'a peer', figures: { 'CPU µs': [3], 'per second': [330_000] }, ratios: [30] },
    ],
  },
  {
    title: 'Memory',
    note: 'After garbage is collected.',
    unit: 'KB a page',
    lines: [{ name: 'ours', figures: {}, ratios: [40, 41], bar: { name: 'memory', most: 36 } }],
  },
]

describe('the report of a run', () => {
  it('prints machine, versions, medians, and of each bar whether it holds', () => {
    expect(reportText(reportOf(MACHINE, SAMPLES))).toMatchInlineSnapshot(`
      "- machine: A Processor, 2 cores, 8 GB, Linux 6.1 x64; load 0.50 before the run
      - versions: node v24.0.0, lru-cache 11.5.3, express 5.3.0

      ### Hit by a ready key

      Each call awaited.

      |        | CPU µs | per second | × baseline | lower bound | bar          |
      | :----- | -----: | ---------: | ---------: | ----------: | :----------- |
      | a Map  |    0.1 |  9,000,000 |            |             |              |
      | ours   |   0.14 |  7,000,000 |        1.4 |         1.4 | ≤ 1.5: holds |
      | a peer |      3 |    330,000 |         30 |             |              |

      ### Memory

      After garbage is collected.

      |      | KB a page | lower bound | bar                 |
      | :--- | --------: | ----------: | :------------------ |
      | ours |      40.5 |          40 | ≤ 36: does not hold |

      ### Bars

      | bar                | ratio | lower bound | at most |               |
      | :----------------- | ----: | ----------: | ------: | :------------ |
      | hit by a ready key |   1.4 |         1.4 |     1.5 | holds         |
      | memory             |  40.5 |          40 |      36 | does not hold |"
    `)
  })

  it('is JSON whose bars are { name, ratio, low, bar, holds }', () => {
    const report = JSON.parse(JSON.stringify(reportOf(MACHINE, SAMPLES)))
    expect(report.bars).toEqual([
      { name: 'hit by a ready key', ratio: 1.4, low: 1.4, bar: 1.5, holds: true },
      { name: 'memory', ratio: 40.5, low: 40, bar: 36, holds: false },
    ])
    expect(Object.keys(report)).toEqual(['bars', 'machine', 'tables'])
  })

  it('names this machine, and the versions that are really installed', () => {
    const { cpu, cores, node, versions } = thisMachine()
    expect(cpu).not.toBe('')
    expect(cores).toBeGreaterThan(0)
    expect(node).toBe(process.version)
    for (const peer of ['lru-cache', 'ocache', 'bentocache', 'async-cache-dedupe', 'apicache', 'express']) {
      expect(versions[peer], peer).toMatch(/^\d+\.\d+\.\d+/)
    }
  })
})

describe('RESULTS.md', () => {
  const text =
    'Before.\n<!-- begin: bench hit -->\n\nold\n\n<!-- end: bench hit -->\nBetween.\n<!-- begin: soak -->\n<!-- end: soak -->\nAfter.\n'

  it('takes new figures between its marks, and keeps what people wrote around them', () => {
    const written = withSection(withSection(text, 'bench hit', 'new'), 'soak', 'a table')
    expect(written).toBe(
      'Before.\n<!-- begin: bench hit -->\n\nnew\n\n<!-- end: bench hit -->\nBetween.\n<!-- begin: soak -->\n\na table\n\n<!-- end: soak -->\nAfter.\n',
    )
    expect(withSection(written, 'bench hit', 'new')).toBe(written)
  })

  it('has the marks of all sections, and its prose outside of them', async () => {
    let written = await readFile(new URL('../RESULTS.md', import.meta.url), 'utf8')
    for (const { name } of PARTS) written = withSection(written, `bench ${name}`, `THE ${name}.`)
    written = withSection(withSection(written, 'soak', 'THE SOAK'), 'fleet soak', 'THE FLEET')
    const parts = PARTS.map(({ name }) => `THE ${name}\\..*`).join('')
    expect(written).toMatch(
      new RegExp(
        `## Where others are faster.*## Benchmarks.*${parts}## A million random URLs.*THE SOAK.*## A fleet under havoc.*THE FLEET`,
        's',
      ),
    )
    expect(written).not.toMatch(/Run on|Measured on/)
  })

  it.each([
    ['none', 'prose'],
    ['no end', '<!-- begin: bench hit -->\n'],
    ['no beginning', '<!-- end: bench hit -->'],
  ])('is not written to where a mark is missing: %s', (_, without) => {
    expect(() => withSection(without, 'bench hit', 'new')).toThrow('must have the lines')
  })
})
