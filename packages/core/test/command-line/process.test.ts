import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ssrCache } from '../../../../test-utils/command.ts'
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
})
