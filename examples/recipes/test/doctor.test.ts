import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ssrCache } from '../../../test-utils/command.ts'
import { readSession } from './console-session.ts'
import { startSample } from './sample-process.ts'

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
const session = readSession(/```console\n(\$ npx --no ssr-cache doctor[^`]+)```/.exec(readme)?.[1] ?? '')
const SECRET = 'the-secret-of-this-test'

/** Lines without what differs from run to run. */
const withoutChance = (text: string, host: string): readonly string[] =>
  text
    .trimEnd()
    .replaceAll(host, 'HOST')
    .replace(/(?<=in |another |ttl=|s-maxage=)\d+/g, 'N')
    .split('\n')

test('the doctor says of the sample what the README says, without the secret and with it (I12)', async () => {
  const sample = await startSample('doctor.ts', { SSR_CACHE_SECRET: SECRET })
  const told = session.filter(({ printed }) => printed.length > 0)
  expect(told).toHaveLength(2)
  let isExported = false
  for (const { command, printed } of session) {
    if (command.startsWith('export SSR_CACHE_SECRET=')) {
      isExported = true
      continue
    }
    const [, path = '', cookie] =
      /^npx --no ssr-cache doctor http:\/\/localhost:3000(\S+)(?: --cookie '([^']+)')?$/.exec(command) ?? []
    expect(path, `a command that this test can run: ${command}`).not.toBe('')
    const host = `127.0.0.1:${sample.port}`
    // The sample runs on another port than its own, and names its hosts.
    const args = ['doctor', `http://${host}${path}`, '--header', 'host: localhost:3000']
    const env = { SSR_CACHE_SECRET: isExported ? SECRET : '' }
    const { stdout } = await ssrCache([...args, ...(cookie === undefined ? [] : ['--cookie', cookie])], env)
    expect(withoutChance(stdout, host)).toEqual(withoutChance(printed.join('\n'), 'localhost:3000'))
  }
})
