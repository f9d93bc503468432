import { describe, expect, test } from 'vitest'
import { serve } from '../../../../../test-utils/serve.ts'
import { refusalOf, runHere } from '../run-here.ts'

const PATHS = Array.from({ length: 50 }, (_, i) => `/${i}\n`).join('')

/** The port of a server that has gone. */
async function gonePort(): Promise<number> {
  const site = await serve(() => {})
  await site[Symbol.asyncDispose]()
  return site.port
}

describe('an app that is not there is one clear line, and not one for each URL', () => {
  test.each([['1'], ['2'], ['20']])('%s at a time', async (concurrency) => {
    const origin = `http://127.0.0.1:${await gonePort()}`
    const said = refusalOf(
      await runHere(['warm', '-', '--origin', origin, '--concurrency', concurrency, '--json'], { stdin: PATHS }),
    )
    expect(said.replace(/\/\d+ failed/, '/N failed')).toBe(
      `GET ${origin}/N failed: nobody listens there (ECONNREFUSED). Start the app, or correct host and port.`,
    )
  })

  test('also where the list is shorter than what may go out together', async () => {
    const origin = `http://127.0.0.1:${await gonePort()}`
    const said = refusalOf(await runHere(['warm', '-', '--origin', origin, '--json'], { stdin: '/only' }))
    expect(said).toContain(`GET ${origin}/only failed: nobody listens there (ECONNREFUSED)`)
  })

  test.each([[{}], [{ isTTY: true }]])('and no progress is claimed before it, with %j', async (output) => {
    const origin = `http://127.0.0.1:${await gonePort()}`
    const ran = await runHere(['warm', '-', '--origin', origin], { stdin: '/a\n/b', output })
    expect(refusalOf({ ...ran, stderr: ran.stderr.replaceAll('\r\u001b[K', '') })).toContain('nobody listens there')
  })

  test('also where it hangs', async () => {
    await using site = await serve(() => {})
    const args = ['warm', '-', '--origin', `http://${site.host}`, '--timeout', '1', '--json']
    expect(refusalOf(await runHere(args, { stdin: PATHS }))).toContain('failed: no answer came in time (ABORT_ERR).')
  })

  test('and what is under way is not waited for then', async () => {
    let hanging = 0
    await using site = await serve(({ url }, response) => {
      if (url === '/1') hanging++
      else response.destroy()
    })
    // This test would take as long as that.
    const args = ['warm', '-', '--origin', `http://${site.host}`, '--timeout', '600', '--json']
    expect(refusalOf(await runHere(args, { stdin: PATHS }))).toContain('closed without an answer (ECONNRESET).')
    expect(hanging).toBe(1)
  })
})

describe('an app that goes away meanwhile', () => {
  test('is given up after ten failures in a row, and what was done is told', async () => {
    let visits = 0
    await using site = await serve((_, response) => {
      visits++
      if (visits > 20) response.destroy()
      else response.setHeader('cache-status', 'ssr-cache; fwd=uri-miss; stored; ttl=60').end('<p>')
    })
    const args = ['warm', '-', '--origin', `http://${site.host}`]
    const { code, stdout } = await runHere([...args, '--concurrency', '1'], { stdin: PATHS })
    const [headline, , why, , ...problems] = stdout.split('\n')
    expect(code).toBe(1)
    expect(headline).toBe('Stopped after 30 of 50 pages: 20 rendered, 10 failed.')
    expect(why).toBe(
      `GET http://${site.host}/29 failed: the connection was closed without an answer (ECONNRESET). Look whether the port speaks HTTPS.`,
    )
    expect(problems[0]).toBe(
      `  failed      http://${site.host}/20: the connection was closed without an answer (ECONNRESET)`,
    )
    expect(visits).toBe(30)
  })

  test('and comes back before that is borne: what failed is told', async () => {
    let visits = 0
    await using site = await serve((_, response) => {
      visits++
      if (visits % 10 !== 1) response.destroy()
      else response.setHeader('cache-status', 'ssr-cache; hit; ttl=60').end('<p>')
    })
    const args = ['warm', '-', '--origin', `http://${site.host}`]
    const { code, stdout } = await runHere([...args, '--concurrency', '1', '--json'], { stdin: PATHS })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ total: 50, done: 50, kept: 5, failed: 45, stopped: null })
  })
})
