import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { AppName } from './apps.ts'

/** An app in a process of its own. */
export interface Server {
  readonly origin: string
  /** Microseconds of CPU that its process has used since it began. */
  cpuUs(): Promise<number>
  stop(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('server-process.ts', import.meta.url))

/** What the process answers: its port once, and its CPU time when asked. */
export type ServerMessage = { readonly port: number } | { readonly cpuUs: number }

/** Starts an app; `renderBytes` is how much a render of it has to hash. */
export async function startServer(app: AppName, renderBytes: number): Promise<Server> {
  const child = fork(PROGRAM, [app, String(renderBytes)], {
    execArgv: ['--conditions=@ssr-cache/source'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const { promise: gone, reject } = Promise.withResolvers<never>()
  child.once('exit', (code) => reject(new Error(`expected the app "${app}" to stay, got an exit with code ${code}.`)))
  // Nobody may be waiting for word of it.
  gone.catch(() => {})
  const answer = <T>() =>
    Promise.race([gone, new Promise<T>((resolve) => child.once('message', (m) => resolve(m as T)))]) // sent by server-process
  const { port } = await answer<{ port: number }>()
  return {
    origin: `http://127.0.0.1:${port}`,
    async cpuUs() {
      const told = answer<{ cpuUs: number }>()
      child.send('cpu')
      return (await told).cpuUs
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.disconnect()
      await ended
    },
  }
}
