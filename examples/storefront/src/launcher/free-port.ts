import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

export interface PortWish {
  /** The variable that chooses this port. */
  readonly variable: 'PORT' | 'API_PORT'
  readonly standard: number
}

/**
 * The port that the variable names; without it the standard one, or any free one where that is taken. Says so where it is not the standard
 * one. Rejects where the named port is taken: somebody counts on that one.
 */
export async function choosePort({ variable, standard }: PortWish): Promise<number> {
  const named = process.env[variable]
  if (named) return ensureFree(Number(named), variable)
  if (await isFree(standard)) return standard
  const other = await freePort(0)
  console.log(`Port ${standard} is taken, so ${other} is used. ${variable}=... chooses another.`)
  return other
}

async function ensureFree(port: number, variable: string): Promise<number> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`${variable} must be a port from 0 to 65535, got ${JSON.stringify(process.env[variable])}.`)
  }
  const free = await freePort(port).catch(() => undefined)
  if (free === undefined) throw new Error(`Port ${port} is taken. Choose another: ${variable}=${port + 10} npm start`)
  return free
}

async function isFree(port: number): Promise<boolean> {
  return freePort(port).then(
    () => true,
    () => false,
  )
}

/** `port`, or whichever the system gives for 0, once it has been listened on and let go of. */
export async function freePort(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: given } = server.address() as AddressInfo // a TCP server that listens has one
  server.close()
  await once(server, 'close')
  return given
}
