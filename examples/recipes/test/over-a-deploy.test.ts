import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type SampleProcess, startSample } from './sample-process.ts'

async function listFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ssr-cache-hottest-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'hottest.json')
}

/** What the cache says of a visit. */
async function visit({ port }: SampleProcess, path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const headers = { host: 'shop.example', accept: 'text/html' }
  get({ port, host: '127.0.0.1', path, headers, agent: false }, (response) => {
    response.resume().once('end', () => resolve(String(response.headers['cache-status'])))
  }).on('error', reject)
  return promise
}

test('the hottest pages of one process are warm in the next, before its first visitor (R17)', async () => {
  const file = await listFile()
  const before = await startSample('over-a-deploy.ts', { HOTTEST: file })
  for (const path of ['/about', '/films', '/films']) await visit(before, path)
  before.child.kill('SIGTERM')
  expect(await before.ended).toBe(0)
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(['http://shop.example/films', 'http://shop.example/about'])

  const after = await startSample('over-a-deploy.ts', { HOTTEST: file })
  expect(await visit(after, '/films')).toMatch(/^ssr-cache; hit/)
  expect(await visit(after, '/about')).toMatch(/^ssr-cache; hit/)
  expect(await visit(after, '/contact')).toMatch(/^ssr-cache; fwd=uri-miss/)
})

test.each([
  ['cut off', '["http://shop.example/films", "http'],
  ['of another site', '["http://shop.example/films", "http://other.example/"]'],
])('a list that is %s keeps the app from nothing, and nothing of it is asked for', async (_, list) => {
  const file = await listFile()
  await writeFile(file, list)
  const sample = await startSample('over-a-deploy.ts', { HOTTEST: file })
  expect(await visit(sample, '/films')).toMatch(/^ssr-cache; fwd=uri-miss/)
})
