import { once } from 'node:events'
import type { Server } from 'node:http'

/** How long requests in flight may take to finish once the process is told to stop. */
const DRAIN_MS = 8_000
const IDLE_CHECK_MS = 50

/** Runs `stop` once, at SIGTERM, SIGINT or when the parent process is gone, and ends the process: exit code 0 where it stopped cleanly. */
export function onStopSignal(stop: () => Promise<void>): void {
  let stopping = false
  const run = () => {
    if (stopping) return
    stopping = true
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('The process did not stop cleanly:', error)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', run).on('SIGINT', run).on('disconnect', run)
  if (process.connected === false) run() // the parent went while we were starting
}

/** Takes no new connection, answers what is in flight, and resolves when the last connection is closed. */
export async function stopServing(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // `close` ends only the connections that idle at that moment; one that is kept alive after its answer would hold the process for seconds.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  // A client that does not read its answer must not keep the process from ending.
  const limit = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearInterval(idle)
  clearTimeout(limit)
}
