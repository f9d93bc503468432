import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ssrCache, startSsrCache } from '../../../../test-utils/command.ts'
import { serve } from '../../../../test-utils/serve.ts'
import { html } from '../engine/harness.ts'
import { openWard, PAGE, SECRET } from './doctor/consultation.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

describe('ssr-cache as a process', () => {
  test('a hit ends with 0', async () => {
    await using ward = await openWard(PAGE)
    const { code, stdout, stderr } = await ssrCache(['doctor', `http://${ward.host}/`])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^A hit: /)
  })

  test('something to mend ends with 1; the secret comes from the environment', async () => {
    await using ward = await openWard(() => html('<p>', { vary: 'user-agent' }), { routes: [{ match: '/:page' }] })
    const { code, stdout } = await ssrCache(['doctor', `http://${ward.host}/a`], { SSR_CACHE_SECRET: SECRET })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^Not a hit: the page varies by "user-agent", which the key does not hold\.\n/)
    expect(stdout).toContain('on the route "/:page".')
  })

  test('what cannot be reached ends with 2, and one line on stderr', async () => {
    expect(await ssrCache(['doctor', 'http://127.0.0.1:9/'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'ssr-cache: GET http://127.0.0.1:9/ failed: nobody listens there (ECONNREFUSED). Start the app, or correct host and port.\n',
    })
  })

  test('--version is the version of the package', async () => {
    expect(await ssrCache(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  test('warm takes its list from standard input, or from a file', async () => {
    await using ward = await openWard(PAGE)
    const origin = ['--origin', `http://${ward.host}`]
    expect(await ssrCache(['warm', '-', ...origin], {}, '/a\r\n/b')).toEqual({
      code: 0,
      stdout: 'Warmed 2 of 2 pages: 2 rendered.\n',
      stderr: 'asked 1 of 2\nasked 2 of 2\n',
    })
    const folder = await mkdtemp(join(tmpdir(), 'ssr-cache-warm-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'hottest.json')
    await writeFile(file, JSON.stringify(ward.cache.hottest(100)))
    expect(await ssrCache(['warm', file, '--json'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"kept": 2'),
    })
  })

  test.each([
    ['a foreign host', '/a\nhttp://other.example/\n', 'line 2 of standard input must be a page of http://127.0.0.1:9'],
    ['an empty list', '', 'standard input must name a page, and names none.'],
    ['nobody there', '/a\n/b\n', 'nobody listens there (ECONNREFUSED). Start the app, or correct host and port.'],
  ])('warm of %s ends with 2, and one line on stderr', async (_, list, said) => {
    const { code, stdout, stderr } = await ssrCache(['warm', '-', '--origin', 'http://127.0.0.1:9', '--json'], {}, list)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^ssr-cache: .+\n$/)
    expect(stderr).toContain(said)
  })

  test('Ctrl-C lets end what warm has under way, and then it ends with 130', async () => {
    const visit = Promise.withResolvers<ServerResponse>()
    await using site = await serve((_, response) => visit.resolve(response))
    const warmer = startSsrCache(['warm', '-', '--origin', `http://${site.host}`, '--concurrency', '1'])
    warmer.child.stdin?.end('/a\n/b\n')
    const response = await visit.promise
    warmer.child.kill('SIGINT')
    await once(warmer.child.stderr as Readable, 'data') // it has heard it
    response.setHeader('cache-status', 'ssr-cache; fwd=uri-miss; stored; ttl=60').end('<p>')
    expect(await warmer.ended).toMatchObject({ code: 130, stdout: 'Stopped after 1 of 2 pages: 1 rendered.\n' })
  })
})
