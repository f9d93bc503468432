import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Command, curlAndGrep, readSession, withoutChance } from './console-session.ts'
import { type SampleProcess, startSample } from './sample-process.ts'

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
const session = readSession(/```console\n(\$ curl[^`]+)```/.exec(readme)?.[1] ?? '')

test('the first example of the README has fewer than 20 lines', () => {
  const source = readFileSync(new URL('../src/quick-start.ts', import.meta.url), 'utf8')
  expect(source.trimEnd().split('\n').length).toBeLessThan(20)
})

test('the first example of the README prints what the README says: a miss, a hit, a stale page, its replacement (R11, R12, R13, R16)', async () => {
  const sample = await startSample('quick-start.ts')
  const printed: string[] = []
  for (const step of session) printed.push(...(await run(step, sample)))

  const told = session.flatMap((step) => step.printed)
  expect(told.filter((line) => line.startsWith('cache-status'))).toHaveLength(4)
  expect(withoutChance(printed)).toEqual(withoutChance(told))
})

async function run({ command }: Command, sample: SampleProcess): Promise<readonly string[]> {
  const [, seconds] = /^sleep (\d+)$/.exec(command) ?? []
  if (seconds !== undefined) {
    await sample.setForward(Number(seconds) * 1000)
    return []
  }
  const [, path = '', pattern = ''] = /^curl -si localhost:3000(\S+) \| grep -iE '([^']+)'$/.exec(command) ?? []
  expect(path, `a command that this test can run: ${command}`).not.toBe('')
  return curlAndGrep(sample.port, path, pattern)
}
