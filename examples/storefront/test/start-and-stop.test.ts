import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runUntilExit, ShopProcess } from './shop-process.ts'

const LIMIT_MS = 60_000

describe('stopping', () => {
  it.each([
    ['SIGTERM', 'main'],
    ['SIGINT', 'worker'],
  ] as const)(
    'at %s, with --render %s, answers what is in flight, drops kept-alive connections and exits with 0, long before anybody would kill it',
    async (signal, mode) => {
      const shop = await ShopProcess.start({ API_LATENCY_MS: '1500' }, ['--render', mode])
      const agent = new Agent({ keepAlive: true })
      await statusOf(shop.get('/healthz'))
      expect(await statusByAgent(`${shop.url}/healthz`, agent)).toBe(200) // leaves a connection that idles
      const inFlight = ['/movies/inception', '/movies/memento', '/'].map((path) =>
        statusByAgent(shop.url + path, agent),
      )
      await setTimeout(700)

      const { code, tookMs } = await shop.stop(signal)
      expect(await Promise.all(inFlight)).toEqual([200, 200, 200])
      expect(code).toBe(0)
      expect(tookMs).toBeLessThan(8_000)
      await expect(shop.get('/healthz')).rejects.toThrow()
      await expect(fetch(`${shop.apiUrl}/healthz`)).rejects.toThrow()
    },
    LIMIT_MS,
  )

  it(
    'leaves nothing running where the launcher itself is killed',
    async () => {
      const shop = await ShopProcess.start()
      await shop.stop('SIGKILL')
      await gone(shop.apiPid)
      await expect.poll(() => statusOf(shop.get('/healthz')), { timeout: 10_000 }).toBe('no connection')
    },
    LIMIT_MS,
  )
})

describe('starting', () => {
  it('says clearly that the chosen port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo // it listens
    const { code, output } = await runUntilExit({ PORT: String(port), API_PORT: '0' })
    taken.close()
    expect(code).toBe(1)
    expect(output.trim()).toBe(`Port ${port} is taken. Choose another: PORT=${port + 10} npm start`)
  })

  it.each([
    ['PORT', 'eighty', 'PORT must be a port from 0 to 65535, got "eighty".'],
    ['API_LATENCY_MS', '-5', 'API_LATENCY_MS'],
    ['HOOK_SECRET', 'short', 'HOOK_SECRET'],
    ['SSR_CACHE_SECRET', 'short', 'SSR_CACHE_SECRET'],
    ['RENDER_THREADS', '0', 'RENDER_THREADS'],
  ])('says clearly that %s cannot be %j', async (variable, value, message) => {
    const { code, output } = await runUntilExit({ PORT: '0', API_PORT: '0', [variable]: value })
    expect(code).toBe(1)
    expect(output).toContain(message)
  })
})

async function statusOf(response: Promise<Response>): Promise<number | 'no connection'> {
  return response.then(
    ({ status }) => status,
    () => 'no connection' as const,
  )
}

function statusByAgent(url: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode))
    }).once('error', reject)
  })
}

/** Resolves when there is no process `pid`. */
async function gone(pid: number): Promise<void> {
  await expect
    .poll(
      () => {
        try {
          return process.kill(pid, 0)
        } catch {
          return false
        }
      },
      { timeout: 10_000 },
    )
    .toBe(false)
}
