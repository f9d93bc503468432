import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ssrCache } from '../../../test-utils/command.ts'
import { readSession } from './console-session.ts'
import { startSample } from './sample-process.ts'

test('npx --no ssr-cache warm says of the quick start what the README says (R17)', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8')
  const [list, warming, ...more] = readSession(
    /```console\n(\$ cat [^`]+ssr-cache warm[^`]+)```/.exec(readme)?.[1] ?? '',
  )
  const [, name = ''] = /^cat (\S+)$/.exec(list?.command ?? '') ?? []
  expect(warming?.command).toBe(`npx --no ssr-cache warm ${name} --origin http://localhost:3000`)
  expect(more).toEqual([])

  const folder = await mkdtemp(join(tmpdir(), 'ssr-cache-warm-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, name)
  await writeFile(file, `${list?.printed.join('\n')}\n`)
  const sample = await startSample('quick-start.ts')
  const host = `127.0.0.1:${sample.port}`
  const { code, stdout } = await ssrCache(['warm', file, '--origin', `http://${host}`])
  expect(code).toBe(1)
  expect(stdout.trimEnd().replaceAll(host, 'localhost:3000').split('\n')).toEqual(warming?.printed)
})
