import { gunzipSync } from 'node:zlib'
import { createRenderCache } from '@ssr-cache/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { serve } from '../../test-utils/serve.ts'
import { measureApps } from '../src/bench/app-contest.ts'
import { APPS, type AppName } from '../src/bench/apps.ts'
import { benchCommand, measured } from '../src/bench/bench-command.ts'
import { cpuUsOf } from '../src/bench/cpu-time.ts'
import { PARTS } from '../src/bench/parts.ts'
import { peerApps } from '../src/bench/peer-apps.ts'
import { PEERS } from '../src/bench/peers.ts'
import { PROXIES, programOf, startProxy } from '../src/bench/proxies.ts'
import type { Table } from '../src/bench/report.ts'
import { HOST, PAGE, targetOf } from '../src/bench/shop.ts'
import { navigation, someCookies } from '../src/bench/visitors.ts'
import { runTool } from './tool-process.ts'

afterEach(() => vi.restoreAllMocks())

const TINY = { processes: 1, rounds: 1, warmUp: 0, roundMs: 1, serverRoundMs: 5, serverWarmUp: 1, pages: 50 }

const SERVED = { title: 'Servers', note: '', path: () => '/a' }

const CONTESTS = PARTS.flatMap(({ contests = [] }) => contests)

/** Who stands in a table of a whole run, of which only those who are judged were measured here. */
function namesIn({ title, lines }: Table): readonly string[] {
  const whole = CONTESTS.find((contest) => contest.title === title)?.contenders ?? lines
  return whole.map(({ name }) => name)
}

describe('npm run bench', () => {
  it('measures every part and judges every bar (I7, R40)', { timeout: 600_000 }, async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    // A storm has a test of its own, and takes as long as all the others; and of fifty servers most are shown to work below.
    const { bars, tables } = await measured(
      PARTS.filter(({ name }) => name !== 'storm'),
      { ...TINY, judgedOnly: true },
    )
    expect(bars.map(({ name, bar }) => `${name} ≤ ${bar}`)).toMatchInlineSnapshot(`
      [
        "hit by a ready key ≤ 1.5",
        "hit from a seen URL, no cookies ≤ 4",
        "hit from a seen URL, 1 KB of cookies ≤ 10",
        "hit from a URL never seen ≤ 1.5",
        "1,000 cold requests on one key ≤ 1.5",
        "Express hit of a 30 KB page ≤ 1.2",
        "Fastify hit of a 30 KB page ≤ 1.1",
        "Fastify hit of a 30 KB page in gzip ≤ 1.1",
        "cache.node hit of a 30 KB page ≤ 1.1",
        "cache.node hit of a 30 KB page in gzip ≤ 1.1",
        "node:http: 304 instead of a 30 KB page ≤ 1",
        "Express: 304 instead of a 30 KB page ≤ 1",
        "Fastify: 304 instead of a 30 KB page ≤ 1",
        "Express hit of a 30 KB page in gzip ≤ 1.1",
        "memory of the smallest form, counted ≤ 6",
        "memory of the smallest form, held ≤ 6",
        "miss tax ≤ 1.15",
        "key-coverage check in production, a hit ≤ 1.05",
        "key-coverage check in production, a miss ≤ 1.05",
        "memory of strings, concatenated, counted ≤ 36",
        "memory of strings, concatenated, held ≤ 36",
        "memory of slices of 64 KB buffers, counted ≤ 36",
        "memory of slices of 64 KB buffers, held ≤ 36",
        "Redis hit of a 30 KB page, 64 in flight ≤ 1.111",
        "tiered hit ≤ 1.2",
        "renders of a cold page, 4 processes, 200 requests ≤ 1",
        "round trips of a tag on 50,000 pages ≤ 1",
        "first page where Redis refuses, ms over the render ≤ 100",
        "first page where Redis hangs, ms over the render ≤ 100",
      ]
    `)
    for (const { name, ratio, low } of bars) {
      expect(ratio, name).toBeGreaterThan(0)
      expect(low, name).toBeLessThanOrEqual(ratio)
    }
    const withoutPeers = tables.filter(
      (table) => !PEERS.every((peer) => namesIn(table).some((name) => name.includes(peer.name))),
    )
    expect(withoutPeers.map(({ title }) => title)).toEqual([
      'Fastify: hit of a 30 KB page',
      'Fastify: hit of a 30 KB page in gzip',
      'Servers: hit of a 30 KB page',
      'Servers: hit of a 30 KB page in gzip',
      'node:http: 304 of a kept page',
      'Express: 304 of a kept page',
      'Fastify: 304 of a kept page',
      'Express: hit of a 30 KB page in gzip',
      'Hit from a request, encoded or not',
      '10,000 pages of 30 KB and their encoded forms',
      'Key-coverage check: a hit',
      'Key-coverage check: a miss',
      'Hit in Redis',
      'Hit in the memory before Redis',
      'A cold page and 4 processes',
      'A tag on 50,000 pages',
      'A first page without Redis',
    ])
    const withApicache = tables.filter((table) => namesIn(table).some((name) => name.startsWith('apicache')))
    expect(withApicache.map(({ title }) => title)).toEqual([
      'Express: hit of a 30 KB page',
      expect.stringContaining('Miss tax'),
      expect.stringContaining('Miss tax'),
    ])
    // Whoever reads a table without them is told what is missing.
    const besideProxies = tables.filter(({ title }) => title.startsWith('Servers'))
    for (const { name, debianPackage } of PROXIES)
      for (const table of besideProxies)
        expect(table.note.includes(debianPackage) !== namesIn(table).some((line) => line.startsWith(name)), name).toBe(
          true,
        )
  })

  it.each([
    ['an unknown part', ['--only', 'nope'], '--only must be one of hit, seen, keyed, unseen,'],
    ['an unknown option', ['--fast'], 'Unknown option'],
    ['a file', ['some.log'], 'expected options only, got some.log'],
    ['--write of a quick run', ['--write', '--quick'], '--write takes figures to quote'],
  ])('refuses %s', async (_, args, message) => {
    await expect(benchCommand(args, () => {})).rejects.toThrow(message)
  })

  it('says in one line what is wrong, and ends with code 2', async () => {
    const { code, stdout, stderr } = await runTool('bench', ['--only', 'nope'])
    expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1])
  })

  it('lists its parts with --help', async () => {
    const { code, stdout } = await runTool('bench', ['--help'])
    expect(code).toBe(0)
    for (const { name } of PARTS) expect(stdout).toContain(name)
  })
})

describe('visitors of the benchmarks', () => {
  it('send about 1 KB of cookies, none of which makes a request bypass, and no two the same', () => {
    const cache = createRenderCache({ hosts: [HOST] })
    const cookies = Array.from({ length: 50 }, someCookies)
    for (const cookie of cookies) {
      expect(cookie.length).toBeGreaterThan(1_000)
      expect(cookie.length).toBeLessThan(1_100)
      expect(cookie.split('; ').length).toBeGreaterThanOrEqual(15)
      expect(cache.plan(navigation(targetOf(1), cookie)).kind).toBe('shared')
    }
    expect(new Set(cookies).size).toBe(50)
  })

  it('are shown 30 KB', () => expect(Buffer.byteLength(PAGE)).toBe(30 * 1024))
})

describe('apps of the benchmarks', () => {
  const ask = async (name: AppName, paths: readonly string[]) => {
    await using site = await serve(await APPS[name](1_000))
    const replies = []
    for (const path of paths) replies.push(await site.ask(path, { headers: { host: HOST, accept: 'text/html' } }))
    return replies
  }

  const hits: readonly AppName[] = [
    'res.end(buffer)',
    'res.send(buffer)',
    'res.send(string)',
    'expressCache, hit',
    'apicache, hit',
    'compression, apicache, hit',
    'node, constant',
    'cache.node, hit',
    'cache.fetch of h3, hit',
    'h3, no cache',
    'h3, its own cache, hit',
    'fastify, constant',
    'fastifyCache, hit',
  ]
  it.each([...hits, ...PEERS.map(({ name }) => `hit, ${name}` as const)])(
    '%s answers with the whole page each time',
    async (name) => {
      for (const { status, text, headers } of await ask(name, ['/a', '/a'])) {
        expect([status, text === PAGE]).toEqual([200, true])
        expect(headers['content-type']).toBe('text/html; charset=utf-8')
      }
    },
  )

  it.each(PEERS)('with $name in a middleware render once for each URL', async ({ name }) => {
    let renders = 0
    const counted = peerApps(
      'counted',
      () => async () => ({ status: 200, body: `${++renders}` }),
      (response, { body }) => void response.end(body),
    )
    await using site = await serve(await counted[`counted, ${name}`](0))
    const texts = []
    for (const path of ['/a', '/a', '/b']) texts.push((await site.ask(path)).text)
    expect(texts).toEqual(['1', '1', '2'])
  })

  it('hit where they are to hit, and only there', async () => {
    const status = async (name: AppName, paths: readonly string[]) => {
      return (await ask(name, paths)).map(({ headers }) => headers['cache-status'])
    }
    expect(await status('expressCache, hit', ['/a', '/a'])).toEqual([
      expect.stringContaining('fwd=uri-miss'),
      expect.stringContaining('hit'),
    ])
    expect(await status('computed, expressCache', ['/a', '/b'])).toEqual([
      expect.stringMatching(/fwd=uri-miss.*stored/),
      expect.stringMatching(/fwd=uri-miss.*stored/),
    ])
  })

  it('give those who accept gzip the page in gzip, whoever encodes it', async () => {
    const names: readonly AppName[] = [
      'res.end(gzip buffer)',
      'expressCache, hit',
      'compression, expressCache, hit',
      'compression, res.send(string)',
      'compression, apicache, hit',
      'node, constant gzip',
      'cache.node, hit',
      'cache.fetch of h3, hit',
      'fastify, constant gzip',
      'fastifyCache, hit',
      '@fastify/compress, reply.send(string)',
    ]
    for (const name of names) {
      await using site = await serve(await APPS[name](0))
      const headers = { host: HOST, accept: 'text/html', 'accept-encoding': 'gzip' }
      for (const _ of ['first', 'second']) {
        const { headers: sent, body } = await site.ask('/a', { headers })
        expect([sent['content-encoding'], gunzipSync(body).toString() === PAGE]).toEqual(['gzip', true])
      }
    }
  })

  it.each<[AppName, AppName]>([
    ['res.end(buffer)', 'expressCache, hit'],
    ['fastify, constant', 'fastifyCache, hit'],
    ['node, constant', 'cache.node, hit'],
  ])('%s has as many fields as %s', async (baseline, contender) => {
    const [[constant], [, hit]] = await Promise.all([ask(baseline, ['/a']), ask(contender, ['/a', '/a'])])
    expect(Object.keys(constant?.headers ?? {}).sort()).toEqual(Object.keys(hit?.headers ?? {}).sort())
    expect(hit?.headers['cache-status']).toContain('; hit')
  })

  const uncached: readonly AppName[] = ['computed, no cache', 'awaited, no cache']
  const missing = ['expressCache', 'apicache', ...PEERS.map(({ name }) => name)] as const
  it.each([...uncached, ...missing.flatMap((name) => [`computed, ${name}`, `awaited, ${name}`] as const)])(
    '%s gives each URL a page of its own',
    async (name) => {
      const [a, b] = await ask(name, ['/a', '/b'])
      expect([a?.text.includes('/a'), b?.text.includes('/b'), a?.text === b?.text]).toEqual([true, true, false])
    },
  )
})

describe('proxies of the benchmarks', () => {
  const installed = PROXIES.filter((proxy) => programOf(proxy) !== undefined)
  it.skipIf(installed.length === 0)('are measured where they stand in front of an app that has ended', async () => {
    const app = { name: 'node:http', app: 'node, constant' } as const
    const contenders = installed.map(({ name }) => ({ ...app, name, behind: name }))
    const { lines } = await measureApps({ ...SERVED, baseline: app, contenders }, TINY)
    expect(lines.map(({ name }) => name)).toEqual(['node:http', ...installed.map(({ name }) => name)])
    for (const { ratios } of lines.slice(1)) expect(ratios).toEqual([expect.any(Number)])
  })

  for (const proxy of PROXIES) {
    it.skipIf(programOf(proxy) === undefined)(
      `${proxy.name} keeps the page and serves it when its origin is gone (needs ${proxy.debianPackage})`,
      async () => {
        const origin = await serve(APPS['node, constant']())
        const { origin: url, cpuUs, stop } = await startProxy(proxy.name, `http://${origin.host}`)
        try {
          const texts = [await (await fetch(`${url}/a`)).text()]
          await origin[Symbol.asyncDispose]()
          const before = await cpuUs()
          for (let i = 0; i < 50; i++) texts.push(await (await fetch(`${url}/a`)).text())
          expect(texts.every((text) => text === PAGE)).toBe(true)
          expect(await cpuUs()).toBeGreaterThan(before)
        } finally {
          await stop()
        }
      },
    )
  }

  it.skipIf(process.platform !== 'linux')('are measured by what the system counts of a process', () => {
    const before = cpuUsOf(process.pid)
    const { user, system } = process.cpuUsage()
    const start = performance.now()
    while (process.cpuUsage({ user, system }).user < 50_000 && performance.now() - start < 5_000);
    const own = process.cpuUsage({ user, system })
    // Threads that end meanwhile are no longer counted: workers of the tests.
    expect(cpuUsOf(process.pid) - before).toBeGreaterThan((own.user + own.system) / 10)
  })
})
