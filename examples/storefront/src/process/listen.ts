import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ListenOptions {
  readonly port: number
  readonly host: string
  /** The variable that chooses another port, for the message. */
  readonly portVariable: string
}

/** Resolves with its port when `server` accepts connections. Ends the process with a clear line where the port is taken. */
export async function listen(server: Server, { port, host, portVariable }: ListenOptions): Promise<number> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return (server.address() as AddressInfo).port // it listens on a port
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!taken) throw error
    console.error(`Port ${port} is taken. Choose another: ${portVariable}=${port + 10}`)
    process.exit(1)
  }
}

/** What a service tells when it serves. */
export interface Ready {
  readonly port: number
}

/** Tells whoever started this process that it serves, and where. A process manager that sends no channel is told nothing. */
export function announceReady(port: number): void {
  process.send?.({ port } satisfies Ready)
}
