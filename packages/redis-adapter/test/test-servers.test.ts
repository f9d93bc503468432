import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { until } from '../../../test-utils/redis/until.ts'

const SERVER = fileURLToPath(new URL('../../../test-utils/redis/server.ts', import.meta.url))

it.skipIf(redisIsMissing)(
  'a server of a test does not outlive a process that is killed (needs a Redis program)',
  async () => {
    const script = `const { startRedis } = await import(${JSON.stringify(SERVER)}); console.log((await startRedis()).port)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = (await once(child.stdout, 'data')) as [Buffer] // what it prints
    const port = Number(said)
    expect(await listens(port)).toBe(true)
    child.kill('SIGKILL')
    await until('the server to be gone', async () => !(await listens(port)))
  },
)

function listens(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
