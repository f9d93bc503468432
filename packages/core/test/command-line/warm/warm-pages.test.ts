import { EventEmitter } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { serve } from '../../../../../test-utils/serve.ts'
import { html } from '../../engine/harness.ts'
import { openWard, PAGE, type Render } from '../doctor/consultation.ts'
import { runHere } from '../run-here.ts'

/** A page by its path. */
const SHOP: Render = ({ request }) => {
  const { pathname } = new URL(request.url)
  if (pathname === '/cookie') return html('<p>', { 'set-cookie': 'seen=1' })
  if (pathname === '/down') return html('<p>', {}, 503)
  return html(`<p>${pathname}`)
}

const isKept = async (ward: Awaited<ReturnType<typeof openWard>>, path: string): Promise<boolean> =>
  (await ward.cache.explain(new Request(`http://${ward.host}${path}`))).page?.state === 'fresh'

describe('a running app is warmed from outside (R17)', () => {
  test('each page of the list once; then all are kept, which ends with 0', async () => {
    await using ward = await openWard(PAGE)
    const args = ['warm', '-', '--origin', `http://${ward.host}`]
    const stdin = `\ufeff# what the newsletter links to\r\n/\r\n\r\n  /movies/42  \r\n/movies/42#cast\r\nhttp://${ward.host}/?page=2`
    const first = await runHere(args, { stdin })
    expect([first.code, first.stdout]).toEqual([0, 'Warmed 3 of 3 pages: 3 rendered.\n'])
    expect(await isKept(ward, '/movies/42')).toBe(true)
    const again = await runHere(args, { stdin: '/\n/new' })
    expect([again.code, again.stdout]).toEqual([0, 'Warmed 2 of 2 pages: 1 rendered, 1 kept already.\n'])
  })

  test('what JSON.stringify(cache.hottest(100)) wrote is a list, and says itself which site it is', async () => {
    await using ward = await openWard(PAGE)
    for (const path of ['/a', '/b', '/b']) await ward.ask(path)
    const stdin = JSON.stringify(ward.cache.hottest(100), null, 1)
    await ward.cache.purge({ all: true })
    expect(await runHere(['warm', '-'], { stdin })).toMatchObject({
      code: 0,
      stdout: 'Warmed 2 of 2 pages: 2 rendered.\n',
    })
  })

  test('--limit asks for the first of the list alone, of which the rest is looked at too', async () => {
    await using ward = await openWard(PAGE)
    const args = ['warm', '-', '--origin', `http://${ward.host}`, '--limit', '2']
    expect((await runHere(args, { stdin: '/a\n/b\n/c\n' })).stdout).toBe('Warmed 2 of 2 pages: 2 rendered.\n')
    expect(await isKept(ward, '/c')).toBe(false)
    expect((await runHere(args, { stdin: '/a\n/b\nhttp://other.example/\n' })).code).toBe(2)
  })

  test('what is not kept is told with its URL and reason, and ends with 1', async () => {
    await using ward = await openWard(SHOP, { routes: [{ match: '/account', cache: false }] })
    const args = ['warm', '-', '--origin', `http://${ward.host}`, '--concurrency', '1']
    const { code, stdout } = await runHere(args, { stdin: '/\n/account\n/cookie\n/down\n' })
    expect(code).toBe(1)
    expect(`\n${stdout.replaceAll(ward.host, 'HOST')}`).toBe(`
Warmed 1 of 4 pages: 1 rendered, 2 not shared, 1 failed.

  not shared  http://HOST/account: route
  not shared  http://HOST/cookie: set-cookie
  failed      http://HOST/down: 503 (status-503)

What is to be mended, ssr-cache doctor URL says of each.
`)
  })

  test('a page whose body breaks off is none, whatever its head says', async () => {
    await using site = await serve((_, response) => {
      response.writeHead(200, { 'cache-status': 'ssr-cache; hit; ttl=60', 'content-length': '1000' })
      response.write('<p>', () => response.destroy())
    })
    const { code, stdout } = await runHere(['warm', '-', '--origin', `http://${site.host}`], { stdin: '/a' })
    expect([code, stdout.replaceAll(site.host, 'HOST')]).toEqual([
      1,
      expect.stringMatching(/failed +http:\/\/HOST\/a: its body broke off, or did not end in time/),
    ])
  })

  test('a page that is streamed and kept at its end counts as rendered, and ends with 0', async () => {
    await using ward = await openWard(() => {
      const pieces = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('<p>')
        await turn()
        yield Buffer.from('</p>')
      }
      return new Response(ReadableStream.from(pieces()), { headers: { 'content-type': 'text/html' } })
    })
    const { code, stdout } = await runHere(['warm', '-', '--origin', `http://${ward.host}`], { stdin: '/a' })
    expect([code, stdout]).toEqual([0, 'Warmed 1 of 1 pages: 1 rendered.\n'])
  })

  test('of many problems the first hundred are told (I7)', async () => {
    await using site = await serve((_, response) => void response.end('<p>'))
    const stdin = Array.from({ length: 105 }, (_, i) => `/${i}`).join('\n')
    const { stdout } = await runHere(['warm', '-', '--origin', `http://${site.host}`], { stdin })
    expect(stdout.match(/^ {2}not shared {2}/gm)).toHaveLength(100)
    expect(stdout).toContain('\n              and 5 more\n')
  })

  test('--json is the report alone, with nothing beside it', async () => {
    await using ward = await openWard(SHOP)
    const args = ['warm', '-', '--origin', `http://${ward.host}`, '--json']
    const keys = new EventEmitter()
    const { code, stdout, stderr } = await runHere(args, { stdin: '/\n/cookie\n', keys })
    expect(keys.listenerCount('SIGINT')).toBe(0)
    expect([code, stderr]).toEqual([1, ''])
    expect(JSON.parse(stdout)).toEqual({
      total: 2,
      done: 2,
      rendered: 1,
      kept: 0,
      unshared: 1,
      failed: 0,
      isCancelled: false,
      problems: [{ url: `http://${ward.host}/cookie`, outcome: 'unshared', reason: 'set-cookie' }],
      stopped: null,
    })
  })

  test('it asks as a browser does, with the headers that it is given, and follows no redirect', async () => {
    const seen: (readonly [string | undefined, IncomingHttpHeaders])[] = []
    await using site = await serve(({ url, headers }, response) => {
      seen.push([url, headers])
      response.setHeader('cache-status', 'ssr-cache; fwd=uri-miss; stored; ttl=60')
      response.writeHead(301, { location: '/elsewhere' }).end()
    })
    const headers = ['--header', 'Accept-Language: de', '--header', 'host: shop.example', '--header', 'cookie: c=EUR']
    const { code } = await runHere(['warm', '-', '--origin', `http://${site.host}`, ...headers], { stdin: '/old' })
    expect(code).toBe(0)
    expect(seen).toEqual([
      [
        '/old',
        expect.objectContaining({
          accept: 'text/html',
          'accept-language': 'de',
          cookie: 'c=EUR',
          host: 'shop.example',
          'sec-fetch-dest': 'document',
          'user-agent': 'Mozilla/5.0 (compatible; ssr-cache-warm)',
        }),
      ],
    ])
  })

  test('what an app says does not steer the terminal that it is shown on', async () => {
    await using site = await serve((_, response) => {
      response.setHeader('cache-status', 'ssr-cache; fwd=miss; detail=%"%c2%9b31m"').end()
    })
    const { stdout } = await runHere(['warm', '-', '--origin', `http://${site.host}`], { stdin: '/a' })
    expect(stdout).toContain('/a: \ufffd31m\n')
  })
})

describe('Ctrl-C calls a warm-up off', () => {
  const STDIN = Array.from({ length: 10 }, (_, i) => `/${i}`).join('\n')

  test('what is under way ends, nothing else begins, and the report ends with 130', async () => {
    const keys = new EventEmitter()
    let visits = 0
    await using site = await serve((_, response) => {
      response.setHeader('cache-status', 'ssr-cache; fwd=uri-miss; stored; ttl=60')
      visits++
      if (visits === 4) keys.emit('SIGINT')
      // The two that are under way are answered after it.
      if (visits === 4) setImmediate(() => response.end('<p>'))
      else response.end('<p>')
    })
    const { code, stdout, stderr } = await runHere(['warm', '-', '--origin', `http://${site.host}`], {
      stdin: STDIN,
      keys,
    })
    expect(code).toBe(130)
    expect(stdout).toMatch(/^Stopped after [45] of 10 pages: [45] rendered\.\n$/)
    expect(stderr).toContain('Stopping: what is under way ends first.')
    expect(visits).toBeLessThan(6)
    expect(keys.listenerCount('SIGINT')).toBe(0)
  })

  test('--json says so', async () => {
    const keys = new EventEmitter()
    await using site = await serve((_, response) => {
      keys.emit('SIGINT')
      response.setHeader('cache-status', 'ssr-cache; hit; ttl=60').end('<p>')
    })
    const args = ['warm', '-', '--origin', `http://${site.host}`, '--concurrency', '1', '--json']
    const { code, stdout } = await runHere(args, { stdin: STDIN, keys })
    expect(code).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ done: 1, kept: 1, isCancelled: true, stopped: 'interrupt' })
  })

  test('before anybody has answered: it is no failure to reach the app', async () => {
    const keys = new EventEmitter()
    await using site = await serve((_, response) => {
      keys.emit('SIGINT')
      response.destroy()
    })
    const { code, stdout } = await runHere(['warm', '-', '--origin', `http://${site.host}`], { stdin: STDIN, keys })
    expect(code).toBe(130)
    expect(stdout).toMatch(/^Stopped after [12] of 10 pages: [12] failed\.\n/)
  })

  test('once more ends the process: nobody listens any longer', async () => {
    const keys = new EventEmitter()
    let listeners = -1
    await using site = await serve((_, response) => {
      keys.emit('SIGINT')
      listeners = keys.listenerCount('SIGINT')
      response.end()
    })
    await runHere(['warm', '-', '--origin', `http://${site.host}`], { stdin: '/a', keys })
    expect(listeners).toBe(0)
  })
})

describe('how far it is, is shown on stderr', () => {
  const args = (host: string): readonly string[] => ['warm', '-', '--origin', `http://${host}`]
  const stdin = Array.from({ length: 25 }, (_, i) => `/${i}`).join('\n')

  test('a line for each tenth where it is no terminal', async () => {
    await using ward = await openWard(PAGE)
    const { stderr } = await runHere(args(ward.host), { stdin })
    const tenths = [3, 6, 9, 12, 15, 18, 21, 24, 25]
    expect(stderr).toBe(tenths.map((done) => `asked ${done} of 25\n`).join(''))
  })

  test('one line that is written over, and taken away at the end, on a terminal', async () => {
    await using ward = await openWard(({ request }) => {
      if (new URL(request.url).pathname === '/b') throw new Error('no data')
      return html('<p>')
    })
    const output = { isTTY: true, columns: 0 }
    const { stderr } = await runHere([...args(ward.host), '--concurrency', '1'], { stdin: '/a\n/b', output })
    expect(stderr.split('\r\u001b[K')).toEqual([
      '',
      `${'█'.repeat(15)}${'░'.repeat(15)} 1 of 2`,
      `${'█'.repeat(30)} 2 of 2, 1 failed`,
      '',
    ])
  })

  test('no longer than the terminal is wide', async () => {
    await using ward = await openWard(PAGE)
    const { stderr } = await runHere(args(ward.host), { stdin, output: { isTTY: true, columns: 20 } })
    for (const line of stderr.split('\r\u001b[K')) expect(line.length).toBeLessThan(20)
  })

  test('lines on a terminal that cannot write over them', async () => {
    await using ward = await openWard(PAGE)
    const { stderr } = await runHere(args(ward.host), { stdin: '/a', output: { isTTY: true }, env: { TERM: 'dumb' } })
    expect(stderr).toBe('asked 1 of 1\n')
  })

  test.each([
    ['green where all is kept', '/a', '\u001b[32mWarmed 1 of 1 pages:\u001b[39m'],
    ['red where it is not', '/cookie', '\u001b[31mWarmed 0 of 1 pages:\u001b[39m'],
  ])('the report is %s, on a terminal with colours', async (_, list, said) => {
    await using ward = await openWard(SHOP)
    const output = { isTTY: true, hasColors: () => true }
    expect((await runHere(args(ward.host), { stdin: list, output })).stdout).toContain(said)
  })
})

test.each([['--help'], ['warm']])('ssr-cache %s … lists every option of it, and is no failure', async (first) => {
  const { code, stdout } = await runHere(first === 'warm' ? ['warm', '--help'] : [first])
  expect(code).toBe(0)
  for (const option of ['--origin', '--concurrency', '--header', '--limit', '--timeout', '--json', '--version', '130'])
    expect(stdout).toContain(option)
  expect(stdout.includes('--secret')).toBe(first === '--help')
})
