import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Site } from './serve.ts'

/** More than the buffers of a connection hold. */
export const MUCH = 'too much for the buffers of a socket '.repeat(500_000)

/** A visitor who bypasses: sends, and reads nothing until told to. */
export async function silent(
  site: Site,
  ...requests: readonly string[]
): Promise<Disposable & { readonly socket: Socket }> {
  const socket = connect(site.port, '127.0.0.1').pause()
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(requests.map((head) => `${head}\r\nHost: ${site.host}\r\nCookie: connect.sid=1\r\n\r\n`).join(''))
  return { socket, [Symbol.dispose]: () => void socket.destroy() }
}
