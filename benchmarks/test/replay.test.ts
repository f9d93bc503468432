import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { sharedFile } from '../../packages/core/test/shared-data.ts'
import { LONGEST_LINE } from '../src/replay/line-splitter.ts'
import { LogReader } from '../src/replay/log-reader.ts'
import { surveyLog } from '../src/replay/log-survey.ts'
import { replayCommand } from '../src/replay/replay-command.ts'
import type { ReplayReport } from '../src/replay/replay-report.ts'
import { runTool, Scratch, startTool } from './tool-process.ts'

const REAL_LOG = sharedFile('access-log/site-2015.log.gz')

const READ_LOG = fileURLToPath(new URL('read-log.ts', import.meta.url))

const scratch = new Scratch()
afterAll(() => scratch.remove())
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

interface LineParts {
  readonly client?: string
  readonly second?: number
  readonly method?: string
}

/** A line in combined format. */
function line(target: string, { client = '10.0.0.1', second = 0, method = 'GET' }: LineParts = {}): string {
  const time = new Date(Date.UTC(2015, 4, 17) + second * 1000).toISOString().slice(11, 19)
  return `${client} - - [17/May/2015:${time} +0000] "${method} ${target} HTTP/1.1" 200 512 "-" "Mozilla/5.0"`
}

const MIXED = [
  line('/a'),
  '10.0.0.2 - - [17/May/2015:00:00:01 +0000] "GET /b HTTP/1.0" 200 -', // common
  line('/c', { client: '2001:db8::7' }),
  line('/\\xe4\xff?q=\xff'),
  `${line('/d').slice(0, -1)} \\"quoted\\""`,
  '10.0.0.3 - - [17/May/2015:00:00:02 +0000] "-" 408 0 "-" "-"',
  line('/style.css'),
  line('/a', { method: 'POST' }),
  line('*', { method: 'OPTIONS' }),
  '',
  'x'.repeat(LONGEST_LINE + 1),
  line('/e').slice(0, 70),
  line('/f').slice(0, -1), // cut off at the end of the log
]
const MIXED_SKIPPED = {
  'no request': 1,
  asset: 1,
  method: 1,
  target: 1,
  'empty line': 1,
  'line too long': 1,
  'malformed line': 2,
}

async function read(path: string) {
  const reader = new LogReader({ path, name: 'a.log', size: 1 })
  const targets: string[] = []
  for await (const visit of reader.visits()) targets.push(visit.path + visit.query)
  return { reader, targets }
}

describe('a log', () => {
  it.each([
    ['plain', (bytes: Buffer) => bytes],
    ['gzip, whatever its name', (bytes: Buffer) => gzipSync(bytes)],
    [
      'gzip in several members',
      (bytes: Buffer) => Buffer.concat([gzipSync(bytes.subarray(0, 300)), gzipSync(bytes.subarray(300))]),
    ],
  ])('is read as %s, with odd bytes and cut lines, and what is skipped is counted by reason', async (_, packed) => {
    const path = await scratch.file('mixed.txt', packed(Buffer.from(MIXED.join('\n'), 'latin1')))
    const { reader, targets } = await read(path)
    expect(targets).toEqual(['/a', '/b', '/c', '/%E4%FF?q=%FF', '/d'])
    expect(Object.fromEntries(reader.skipped)).toEqual(MIXED_SKIPPED)
    expect(reader.lines).toBe(MIXED.length)
    expect(reader.formats).toEqual({ common: 1, combined: 7 })
  })

  it('may be long, and is read only as fast as its requests are taken (I7)', async () => {
    const text = Array.from({ length: 60_000 }, (_, i) => line(`/${i}`)).join('\n')
    const path = await scratch.file('long.gz', gzipSync(text, { level: 1 }))
    const reader = new LogReader({ path, name: 'long.gz', size: 1 })
    const visits = reader.visits()
    for (let i = 0; i < 10; i++) await visits.next()
    expect(reader.lines).toBe(10)
    await visits.return(undefined)
    expect(await surveyLog({ path, name: 'long.gz', size: 1 })).toBe(60_000)
  })

  it.skipIf(REAL_LOG.missing)(
    'of a real site is read to its end: 10,000 lines, one of them odd (skipped without the shared data)',
    async () => {
      const reader = new LogReader({ path: REAL_LOG.path, name: 'site-2015.log.gz', size: 1 })
      let visits = 0
      for await (const _ of reader.visits()) visits++
      const skipped = [...reader.skipped.values()].reduce((sum, count) => sum + count, 0)
      expect([reader.lines, reader.formats, visits + skipped]).toEqual([10_000, { common: 0, combined: 9_999 }, 10_000])
      expect(visits).toBe(4_053)
    },
  )

  it('of a million lines takes no more memory than a short one (I7)', { timeout: 300_000 }, async () => {
    // Gzip is as many members as there are (RFC 1952 2.2): this one is never whole in any memory.
    const lines = Array.from({ length: 20_000 }, (_, i) => `${line(`/pages/${i}`)}\n`)
    const member = gzipSync(lines.join(''))
    const path = await scratch.file('long.log.gz', Buffer.concat(Array.from({ length: 50 }, () => member)))
    // A heap in which there is no room for twenty bytes of each line: whoever kept them would be ended by V8.
    const args = ['--max-old-space-size=16', '--conditions=@ssr-cache/source', READ_LOG, path]
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } })
    const { mostBytes, ...read } = JSON.parse(stdout)
    expect(read).toEqual({ surveyed: 1_000_000, lines: 1_000_000, visits: 1_000_000 })
    expect(mostBytes).toBeLessThan(64 * 1024 ** 2)
  })

  it('may begin with a thousand odd lines but one', async () => {
    const path = await scratch.file('late.log', `${'noise\n'.repeat(999)}${line('/a')}`)
    expect((await read(path)).targets).toEqual(['/a'])
  })
})

async function refused(args: readonly string[]): Promise<string> {
  vi.stubEnv('INIT_CWD', await scratch.folder())
  const print = vi.fn()
  vi.spyOn(console, 'error')
  const error: unknown = await replayCommand(args, print).catch((thrown: unknown) => thrown)
  expect(print).not.toHaveBeenCalled()
  expect(console.error).not.toHaveBeenCalled() // no storefront was started
  return error instanceof Error ? `${error.name}: ${error.message}` : 'no error'
}

describe('npm run replay says in one line, before anything is started, what is wrong with', () => {
  beforeAll(async () => {
    const log = gzipSync(Array.from({ length: 5_000 }, (_, i) => line(`/${i}`)).join('\n'))
    await scratch.file('ok.log', line('/a'))
    await scratch.file('empty.log', '')
    await scratch.file('empty.log.gz', gzipSync(''))
    await scratch.file('blank.log', '\n\n\n')
    await scratch.file('binary.log', Buffer.from([...Array(4_000).keys()].map((n) => (n * 7) % 256)))
    await scratch.file('prose.log', 'The quick brown fox\njumps over the lazy dog.\n'.repeat(2_000))
    await scratch.file('json.log', '{"request":"GET / HTTP/1.1"}\n')
    await scratch.file('cut.log.gz', log.subarray(0, log.length / 2))
    await scratch.file('last-byte.log.gz', log.subarray(0, -1))
    await scratch.file('damaged.log.gz', log.with(log.length - 6, 1 ^ log.at(-6)!))
    await scratch.file('twice.log.gz', gzipSync(log))
    await scratch.file('assets.log', [line('/a.css'), line('/b', { method: 'POST' }), ''].join('\n'))
  })

  it.each([
    ['a file that is missing', ['none.log'], 'CommandError: none.log: there is no such file.'],
    ['a folder', ['.'], 'CommandError: . is a folder; name a file.'],
    ['an empty file', ['empty.log'], 'CommandError: empty.log is empty.'],
    ['an empty gzip', ['empty.log.gz'], 'CommandError: empty.log.gz is empty.'],
    [
      'blank lines alone',
      ['blank.log'],
      'CommandError: blank.log is no access log: none of its 3 lines is in common or combined format.',
    ],
    ['a binary file', ['binary.log'], 'CommandError: binary.log is binary, and no access log.'],
    ['a gzip of a gzip', ['twice.log.gz'], 'CommandError: twice.log.gz is binary, and no access log.'],
    [
      'prose',
      ['prose.log'],
      'CommandError: prose.log is no access log: none of its first 1,000 lines is in common or combined format.',
    ],
    [
      'another format',
      ['json.log'],
      'CommandError: json.log is no access log: none of its 1 line is in common or combined format.',
    ],
    ['a gzip that is cut off', ['cut.log.gz'], 'CommandError: cut.log.gz is cut off: its gzip ends in the middle.'],
    [
      'a gzip without its last byte',
      ['last-byte.log.gz'],
      'CommandError: last-byte.log.gz is cut off: its gzip ends in the middle.',
    ],
    [
      'a gzip whose check sum is wrong',
      ['damaged.log.gz'],
      'CommandError: damaged.log.gz is damaged: incorrect data check in its gzip.',
    ],
    [
      'a log of nothing but files and posts',
      ['assets.log'],
      'CommandError: assets.log holds no request for a page in its 2 lines (asset 1, method 1).',
    ],
    ['no file', [], 'UsageError: expected one FILE, got none.'],
    ['two files', ['ok.log', 'b'], 'UsageError: expected one FILE, got ok.log b.'],
    ['a speed of nothing', ['ok.log', '--speed', '0'], 'UsageError: --speed must be a number > 0, got "0".'],
    ['a speed backwards', ['ok.log', '--speed', '-2'], 'UsageError: --speed must be a number > 0, got "-2".'],
    ['a speed with a unit', ['ok.log', '--speed', '10x'], 'UsageError: --speed must be a number > 0, got "10x".'],
    [
      'an endless speed',
      ['ok.log', '--speed', 'Infinity'],
      'UsageError: --speed must be a number > 0, got "Infinity".',
    ],
    ['half a limit', ['ok.log', '--limit', '0.5'], 'UsageError: --limit must be a whole number > 0, got "0.5".'],
    [
      'nobody at a time',
      ['ok.log', '--concurrency', '0'],
      'UsageError: --concurrency must be a whole number > 0, got "0".',
    ],
    [
      'an unknown option',
      ['ok.log', '--sped', '2'],
      "UsageError: Unknown option '--sped'. --help lists what there is.",
    ],
    [
      'an origin with a path',
      ['ok.log', '--origin', 'http://localhost/a'],
      'UsageError: --origin must be scheme and host of an app, such as http://localhost:3000, got "http://localhost/a".',
    ],
    [
      'an origin that is none',
      ['ok.log', '--origin', 'shop'],
      'UsageError: --origin must be scheme and host of an app, such as http://localhost:3000, got "shop".',
    ],
    [
      'an app that does not run',
      ['ok.log', '--origin', 'http://127.0.0.1:1'],
      'CommandError: http://127.0.0.1:1 cannot be reached (ECONNREFUSED).',
    ],
  ])('%s', async (_, args, message) => {
    expect(await refused(args)).toBe(message)
  })

  it('a file, on stderr alone and with an exit code', async () => {
    const { code, stdout, stderr } = await runTool('replay', [`${await scratch.folder()}/cut.log.gz`, '--json'])
    expect([code, stdout, stderr]).toEqual([1, '', 'replay: cut.log.gz is cut off: its gzip ends in the middle.\n'])
  })
})

/** An app that answers every request with a hit. */
async function hitServer(seen: (request: IncomingMessage) => void) {
  const server = createServer((request, response) => {
    seen(request)
    response.setHeader('cache-status', 'ssr-cache; hit; ttl=9').end('0123456789')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // it listens
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() }
}

describe('a replay against an app that runs already', () => {
  it('sends the log’s own paths, methods and fields, in order, and each line once', async () => {
    const seen: IncomingMessage[] = []
    const app = await hitServer((request) => seen.push(request))
    const path = await scratch.file('mixed.log', MIXED.join('\n'))
    const printed: string[] = []
    await replayCommand([path, '--origin', app.origin, '--json', '--concurrency', '1'], (text) => printed.push(text))
    app.close()

    const [, ...sent] = seen // the first asked whether the app is there
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /a',
      'GET /b',
      'GET /c',
      'GET /%E4%FF?q=%FF',
      'GET /d',
    ])
    expect(sent[0]?.headers).toMatchObject({ 'user-agent': 'Mozilla/5.0', cookie: expect.stringMatching(/^visitor=/) })
    expect(sent[0]?.headers).not.toHaveProperty('referer')
    expect(sent[4]?.headers).toMatchObject({ 'user-agent': 'Mozilla/5.0 "quoted"' })
    expect(printed).toHaveLength(1)
    const report: ReplayReport = JSON.parse(printed[0]!)
    expect(report).toMatchObject({
      target: app.origin,
      requests: 5,
      hitRatio: 1,
      renders: 0,
      rendersCountedBy: 'answers',
      rendersAvoided: 5,
      bytes: 50,
      statuses: { 200: 5 },
      logSpanMs: 1_000,
      interrupted: false,
      log: { file: 'mixed.log', lines: MIXED.length },
    })
    expect(report.answers.hit.count).toBe(5)
  })

  it('stops after as many requests as are wanted', async () => {
    const app = await hitServer(() => {})
    const path = await scratch.file('many.log', Array.from({ length: 500 }, (_, i) => line(`/${i}`)).join('\n'))
    const printed: string[] = []
    await replayCommand([path, '--origin', app.origin, '--limit', '20'], (text) => printed.push(text))
    app.close()
    expect(printed.join()).toContain('requests        20 in ')
    expect(printed.join()).toMatch(/^hit +20 +100\.0 % /m)
  })

  it('ends at Ctrl-C with the figures so far, however far away the next request of the log is', async () => {
    const path = await scratch.file('slow.log', [line('/a'), line('/b', { second: 7_200 })].join('\n'))
    const app = await hitServer(({ url }) => {
      if (url === '/a') setTimeout(() => tool.child.kill('SIGINT'), 100)
    })
    const tool = startTool('replay', [path, '--origin', app.origin, '--speed', '1', '--json'])
    const { code, stdout } = await tool.ended
    app.close()
    expect(JSON.parse(stdout)).toMatchObject({ requests: 1, interrupted: true, speed: 1, hitRatio: 1 })
    expect(code).toBe(130)
  })
})

describe('a replay against a storefront of its own', () => {
  // 60 pages, the more popular the smaller their number; 12 of the requests ask for a preview, two for something else than a page.
  const targets = Array.from({ length: 400 }, (_, i) => `/blog/${Math.floor(60 * (((i * 37) % 400) / 400) ** 2)}`)
  const previews = Array.from({ length: 12 }, (_, i) => `/blog/${i}?preview=1`)
  const log = [
    ...targets.map((target, i) =>
      line(i % 3 === 0 ? `${target}?utm_source=mail&utm_campaign=${i}` : target, {
        client: `10.0.0.${i % 50}`,
        second: i,
      }),
    ),
    ...previews.map((target) => line(target)),
    line('/', { method: 'OPTIONS' }),
    line('/', { method: 'HEAD' }),
    line('/'),
    line('/a', { method: 'POST' }),
    ...['/reset.css', '/logo.png'].map((target) => line(target)),
    'cut',
  ]

  it('starts it, counts its renders, and prints one JSON object with all that it has found (I12)', async () => {
    const path = await scratch.file('shop.log.gz', gzipSync(log.join('\n')))
    const { code, stdout, stderr } = await runTool('replay', [path, '--json'], { API_LATENCY_MS: '5' })
    expect(stderr).toMatch(/^shop\.log\.gz: 419 lines; starting the storefront\n(.* requests?, .* hits\n)*$/)
    expect(code).toBe(0)
    const report: ReplayReport = JSON.parse(stdout)

    const pages = new Set(targets).size + 1 // and the home page
    const { hit, stale, miss, collapsed, bypass, unmarked } = report.answers
    expect(report).toMatchObject({ requests: 415, target: 'storefront', failures: {}, rendersCountedBy: 'storefront' })
    expect(report.log).toMatchObject({ lines: 419, skipped: { method: 1, asset: 2, 'malformed line': 1 } })
    expect(miss.count).toBe(pages)
    expect([bypass.count, stale.count, unmarked.count]).toEqual([13, 0, 0])
    expect(hit.count + collapsed.count).toBe(415 - pages - 13)
    expect(report.renders).toBe(pages + 12)
    expect(report.rendersAvoided).toBe(hit.count + collapsed.count)
    expect(report.hitRatio).toBeCloseTo(hit.count / 415, 10)
    expect(report.bypassReasons).toEqual({ query: 12, method: 1 })
    expect(report.culprits).toMatchObject({ query: { preview: 12 } })
    expect(report.bytes).toBeGreaterThan(400 * 2_000)
    expect(hit.p50Ms).toBeLessThanOrEqual(hit.p99Ms!)
    expect(miss.p50Ms).toBeGreaterThan(0)
  }, 60_000)

  it('says in one line why it does not start', async () => {
    const path = await scratch.file('one.log', line('/a'))
    const { code, stdout, stderr } = await runTool('replay', [path, '--json'], { API_LATENCY_MS: 'slow' })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr.trim().split('\n').at(-1)).toBe(
      'replay: there is no storefront to ask. The API did not start: exit code 1.',
    )
  }, 60_000)
})
