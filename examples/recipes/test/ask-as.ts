import { request } from 'node:http'
import type { Reply } from '../../../test-utils/serve.ts'

/** A page of this machine, asked for by whatever Host; `fetch` would send its own. */
export function askAs(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Pick<Reply, 'status' | 'headers' | 'text'>> {
  const { promise, resolve, reject } = Promise.withResolvers<Pick<Reply, 'status' | 'headers' | 'text'>>()
  const client = request({ port, host: '127.0.0.1', path, headers: { accept: 'text/html', ...headers }, agent: false })
  client.on('error', reject)
  client.on('response', async (response) => {
    const text = Buffer.concat(await response.toArray()).toString()
    resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
  })
  client.end()
  return promise
}
