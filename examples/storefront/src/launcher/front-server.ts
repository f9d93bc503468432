import { createServer } from 'node:http'
import { createFront, type FrontOptions } from '../front/front.ts'
import { servedLine } from '../front/served-line.ts'
import { listen } from '../process/listen.ts'
import { stopServing } from '../process/stop.ts'

export interface FrontServerOptions extends Pick<FrontOptions, 'nodes'> {
  readonly port: number
}

/** Opens the door that visitors come by, and prints who has served them. */
export async function startFront({ nodes, port }: FrontServerOptions): Promise<{ stop(): Promise<void> }> {
  const served: FrontOptions['served'] = (what) => {
    const line = servedLine(what)
    if (line !== undefined) console.log(line)
  }
  const server = createServer(createFront({ nodes, served }))
  await listen(server, { port, host: process.env['LISTEN_HOST'] || '127.0.0.1', portVariable: 'PORT' })
  return { stop: () => stopServing(server) }
}
