import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { startRedis } from '../../../test-utils/redis/server.ts'
import { until } from '../../../test-utils/redis/until.ts'
import { renderedBy, runUntilExit, ShopProcess } from './shop-process.ts'

const START_MS = 120_000
const where = redisIsMissing ? ' (skipped: there is no Redis on this machine)' : ''

/** What a visitor gets of a page, and which render made it. */
async function visit(shop: ShopProcess, path: string) {
  const response = await shop.get(path)
  const html = await response.text()
  return { status: response.status, html, rendered: response.status === 200 ? renderedBy(html) : '' }
}

function visits(shop: ShopProcess, path: string, count: number) {
  return Promise.all(Array.from({ length: count }, () => visit(shop, path)))
}

/** The processes that serve the shop, as it has named them at its start and since. */
function nodesOf(shop: ShopProcess): ReadonlyMap<string, number> {
  const said = shop.output.matchAll(/(node \d+)(?: is| {2}started {2}) process (\d+)/g)
  return new Map([...said].map(([, name, pid]) => [String(name), Number(pid)]))
}

/** Who has served a page since the shop had said `before`. */
function servedBy(shop: ShopProcess, path: string, before = ''): ReadonlySet<string> {
  const lines = shop.output.slice(before.length).matchAll(/(node \d+) {2}served {4}GET (\S+)/g)
  return new Set([...lines].filter(([, , url]) => url === path).map(([, name]) => String(name)))
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe.skipIf(redisIsMissing)(`npm start -- --redis --nodes 3${where}`, () => {
  let shop: ShopProcess
  beforeAll(async () => {
    // Long enough for a crowd to come together before a page that is on its way.
    shop = await ShopProcess.start({ API_LATENCY_MS: '300', STORE_TIMEOUT_MS: '5000' }, ['--redis', '--nodes', '3'])
  }, START_MS)
  afterAll(() => shop?.stop())

  it('renders a page that nobody has once, however many processes are asked for it at once, and says which ones serve it (X1, I1, R5)', async () => {
    const crowd = await visits(shop, '/movies/memento', 45)
    expect(new Set(crowd.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(crowd.map(({ rendered }) => rendered)).size).toBe(1)
    await until('a line for each of three', () => servedBy(shop, '/movies/memento').size === 3)
    expect(shop.output.match(/rendered \S+\/movies\/memento /g)).toHaveLength(1)
  })

  it('shows an edited price from the next visit on, whichever process serves it (V5, I2, R41)', async () => {
    const film = { id: 2026, path: '/movies/inception' }
    const before = shop.output
    await visits(shop, film.path, 9)
    for (const priceCents of [1_111, 2_222, 3_333]) {
      expect((await shop.edit(film.id, { priceCents })).invalidation.error).toBeUndefined()
      const shown = `$${(priceCents / 100).toFixed(2)}`
      for (const { status, html } of await visits(shop, film.path, 9)) {
        expect([status, html.includes(shown)]).toEqual([200, true])
      }
    }
    await until('three who have served it', () => servedBy(shop, film.path, before).size === 3)
  })

  it('shows an edited title in all of them once it was rendered anew, and rendered once (V5, V12)', async () => {
    const path = '/movies/casablanca'
    await visits(shop, path, 9)
    await shop.edit(214, { title: 'Casablanca, restored' })
    await until('the edit in all of nine visits', async () => {
      return (await visits(shop, path, 9)).every(({ html }) => html.includes('Casablanca, restored'))
    })
    expect(new Set((await visits(shop, path, 9)).map(({ rendered }) => rendered)).size).toBe(1)
  })

  it('knows a visitor who is signed in, whichever process is asked', async () => {
    const cookie = await shop.signIn('Ada')
    for (let i = 0; i < 6; i++) expect(await (await shop.get('/account', { cookie })).text()).toContain('Hello, Ada')
  })

  it('loses nothing when a process is killed while it serves, and starts another in its place (X2)', async () => {
    const [name, victim] = [...nodesOf(shop)][1]!
    const statuses: number[] = []
    const deadAt = { visit: Number.POSITIVE_INFINITY }
    const paths = ['/movies/memento', '/', '/genres/drama?page=3', '/directors/christopher-nolan', '/search?q=night']
    const traffic = Array.from({ length: 8 }, async (_, visitor) => {
      for (let i = 0; i < 20 || statuses.length < deadAt.visit + 40; i++) {
        const { status } = await visit(shop, paths[(visitor + i) % paths.length]!)
        statuses.push(status)
      }
    })
    await until('traffic', () => statuses.length > 20)
    process.kill(victim, 'SIGKILL')
    await until('its end', () => !isThere(victim))
    deadAt.visit = statuses.length
    await Promise.all(traffic)
    expect(new Set(statuses)).toEqual(new Set([200]))
    await until('another in its place', () => nodesOf(shop).get(name) !== victim)
    expect(shop.output).toContain(`${name}  ended     process ${victim} (signal SIGKILL)`)
    const before = shop.output
    await until('a page served by it', async () => {
      await visits(shop, '/movies/memento', 3)
      return servedBy(shop, '/movies/memento', before).has(name)
    })
  })

  it('leaves no process behind', async () => {
    const pids = [...nodesOf(shop).values(), shop.apiPid]
    expect(pids.every(isThere)).toBe(true)
    const redisPort = Number(/redis:\/\/127\.0\.0\.1:(\d+)/.exec(shop.output)?.[1])
    expect((await shop.stop('SIGINT')).code).toBe(0)
    expect(pids.filter(isThere)).toEqual([])
    await expect(fetch(`http://127.0.0.1:${redisPort}`)).rejects.toThrow()
  })
})

describe.skipIf(redisIsMissing)(`a shop with a Redis that somebody else runs${where}`, () => {
  it('goes on while Redis is gone, says so in one line, and leaves nothing running where the launcher is killed (F3, I6)', async () => {
    await using redis = await startRedis()
    const shop = await ShopProcess.start({}, ['--redis', redis.url, '--nodes', '2'])
    expect((await visits(shop, '/movies/memento', 4)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    await redis.kill()
    for (const path of ['/movies/memento', '/movies/insomnia']) {
      expect((await visits(shop, path, 4)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    }
    await until('a word of it', () => /Redis failed, and the app goes on/.test(shop.output))
    expect(shop.output.match(/Redis failed, and the app goes on/g)).toHaveLength(1)
    await redis.restart()
    await until('a word of its return', () => /Redis answers again|are heard again/.test(shop.output))
    const pids = [...nodesOf(shop).values(), shop.apiPid]
    await shop.stop('SIGKILL')
    await until('the end of all of them', () => !pids.some(isThere))
  })

  it.each([
    ['a wrong password', /WRONGPASS.* write them into "url"/, (port: number) => `redis://:wrong@127.0.0.1:${port}`],
    ['a port where nobody listens', /ECONNREFUSED.*look whether Redis runs/, () => 'redis://127.0.0.1:1'],
    ['what is no URL of Redis', /--redis must be a URL such as redis:.* got "http:/, () => 'http://127.0.0.1:6379'],
  ])('serves without it where it was given %s, and says so in one line', async (_, line, url) => {
    await using redis = await startRedis({ settings: ['requirepass right'] })
    const shop = await ShopProcess.start({}, ['--redis', url(redis.port), '--nodes', '1'])
    expect((await visit(shop, '/movies/memento')).status).toBe(200)
    await until('a word of it', () => line.test(shop.output))
    expect(shop.output.match(new RegExp(line.source, 'g'))).toHaveLength(1)
    expect(shop.output).not.toContain(':wrong@')
    expect((await shop.stop()).code).toBe(0)
  })
})

describe('npm start -- that makes no sense', () => {
  it.each([
    [['--nodes', '4'], 'Write npm start -- --redis --nodes 4.'],
    [['--redis', '--nodes', 'many'], '--nodes must be a whole number from 1 to 16, got "many"'],
  ])('%j ends at once with the way out', async (args, wayOut) => {
    const { code, output } = await runUntilExit({ PORT: '0', API_PORT: '0' }, args)
    expect(code).toBe(1)
    expect(output).toContain(wayOut)
  })

  it('says clearly that no Redis can be started', async () => {
    const { code, output } = await runUntilExit({ PORT: '0', API_PORT: '0', REDIS_SERVER_BIN: '/no/redis' }, [
      '--redis',
    ])
    expect(code).toBe(1)
    expect(output).toMatch(/apt-get install redis-server.*npm start -- --redis redis:\/\//)
  })
})
