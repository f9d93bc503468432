import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { serve } from '../../../test-utils/serve.ts'
import { startGateway } from '../conformance/processes.ts'
import { gatewayOptions } from '../src/gateway-options.ts'
import { ADAPTERS } from './gateway-under-test.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

describe.each(ADAPTERS)('npm run gateway -- --adapter %s', (adapter) => {
  test('answers for its origin, and at SIGTERM answers who is waiting, takes nobody else, and ends with 0 (I13, B8)', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
    const { promise: asked, resolve: answer } = Promise.withResolvers<void>()
    await using origin = await serve(async (request, response) => {
      if (request.url === '/slow') {
        arrive()
        await asked
      }
      response.end(request.url)
    })
    await using gateway = await startGateway(['--origin', `http://${origin.host}`, '--adapter', adapter])
    // Leaves a connection that idles.
    expect(await textOf(`${gateway.url}/quick`, new Agent({ keepAlive: true }))).toBe('/quick')
    const waiting = textOf(`${gateway.url}/slow`, new Agent({ keepAlive: true }))
    await arrived
    gateway.child.kill('SIGTERM')
    await expect.poll(() => textOf(`${gateway.url}/quick`).catch(() => 'nobody')).toBe('nobody')
    answer()
    expect(await waiting).toBe('/slow')
    const answeredAt = performance.now()
    expect(await gateway.ended).toBe(0)
    // Long before a connection that is kept would have ended it: after its answer that is dropped.
    expect(performance.now() - answeredAt).toBeLessThan(8_000)
  })
})

test('a gateway whose origin is dead tells its visitors, and lives', async () => {
  await using gateway = await startGateway(['--origin', 'http://127.0.0.1:1'])
  for (const path of ['/a', '/b']) expect((await fetch(gateway.url + path)).status).toBe(502)
  await expect.poll(gateway.complaints).toContain('ECONNREFUSED')
})

describe('a command line that cannot be carried out', () => {
  test.each([
    [[], '--origin must be scheme, host and port, such as http://127.0.0.1:8000, got none.'],
    [['--origin', 'localhost:8000'], 'got localhost:8000.'],
    [['--origin', 'http://a/below'], 'got http://a/below.'],
    [['--origin', 'http://a', '--adapter', 'koa'], '--adapter must be express or fastify or fetch, got "koa".'],
    [['--origin', 'http://a', '--store', 'disk'], '--store must be memory, got "disk".'],
    [['--origin', 'http://a', '--port', '80a'], '--port must be a whole number from 0 to 65535, got "80a".'],
    [['--origin', 'http://a', '--heuristic', '2'], '--heuristic must be a number from 0 to 1, got "2".'],
    [['--origin', 'http://a', '--timeout', '0'], '--timeout must be a whole number from 1 to 86400, got "0".'],
    [['--orign', 'http://a'], "Unknown option '--orign'. --help lists what there is."],
  ])('is told in one line: %j', (args, line) => {
    expect(() => gatewayOptions(args)).toThrow(line)
  })

  test('ends the process with 2', async () => {
    expect(await run(['--orign', 'http://a'])).toEqual({
      code: 2,
      stdout: '',
      stderr: "gateway: Unknown option '--orign'. --help lists what there is.\n",
    })
  })

  test('a port that is taken is told in one line, too', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo // it listens on TCP
    const { code, stderr } = await run(['--origin', 'http://a', '--port', String(port)])
    taken.close()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^gateway: listen EADDRINUSE.*\n$/)
  })

  test('--help lists what there is', async () => {
    const { code, stdout } = await run(['--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('--cdn-cache-control')
  })
})

async function textOf(url: string, agent: Agent | false = false): Promise<string> {
  const [response]: IncomingMessage[] = await once(get(url, { agent }), 'response')
  return text(response as IncomingMessage) // `once` has waited for it
}

async function run(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--conditions=@ssr-cache/source', main, ...args])
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, stdout, stderr }
}
