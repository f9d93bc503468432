import { once } from 'node:events'
import type { Server } from 'node:http'

export interface ListenOptions {
  readonly port: number
  readonly host: string
  /** The variable that chooses another port, for the message. */
  readonly portVariable: string
}

/** Resolves when `server` accepts connections. Ends the process with a clear line where the port is taken. */
export async function listen(server: Server, { port, host, portVariable }: ListenOptions): Promise<void> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!taken) throw error
    console.error(`Port ${port} is taken. Choose another: ${portVariable}=${port + 10}`)
    process.exit(1)
  }
}

/** Tells whoever started this process that it serves. A process manager that sends no channel is told nothing. */
export function announceReady(): void {
  process.send?.('ready')
}
