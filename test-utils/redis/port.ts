import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below the ports that systems give to clients, with the bus of a cluster (10,000 above) too: a server that is down for a moment finds its port free.
const LOWEST = 10_100
const HIGHEST = 22_000

/** A port of this machine that nobody listens on, nor on the one 10,000 above. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST)
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
