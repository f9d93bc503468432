import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** What `preload.ts` tells: the port, a request that has arrived, how far the clock is ahead. */
export type Told = { readonly port: number } | { readonly url: string } | { readonly ahead: number }

/** A sample that runs as its reader would run it, in a process of its own. */
export interface SampleProcess {
  readonly port: number
  readonly child: ChildProcess
  /** How it ended: an exit code, or the name of the signal. */
  readonly ended: Promise<number | string>
  /** Resolves when a request for this path has arrived. */
  arrived(path: string): Promise<void>
  /** Sets its wall clock forward. */
  setForward(ms: number): Promise<void>
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Starts `src/NAME` and waits until it listens. It is gone when the test has finished. */
export async function startSample(name: string, env: NodeJS.ProcessEnv = {}): Promise<SampleProcess> {
  const child = fork(path(`../src/${name}`), {
    execArgv: ['--conditions=@ssr-cache/source', '--import', path('preload.ts')],
    env: { ...process.env, ...env },
  })
  const ended = once(child, 'exit').then(([code, signal]) => signal ?? code)
  // Also where the test has run out of time.
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const early = ended.then((how) => ({ how }))
  const first = await Promise.race([heard(child, (told) => 'port' in told), early])
  if (!('port' in first)) throw new Error(`${name} did not listen: ${JSON.stringify(first)}`)
  return {
    port: first.port,
    child,
    ended,
    async arrived(path) {
      await heard(child, (told) => 'url' in told && told.url === path)
    },
    async setForward(ms) {
      child.send(ms)
      await heard(child, (told) => 'ahead' in told)
    },
  }
}

function heard(child: ChildProcess, isMeant: (told: Told) => boolean): Promise<Told> {
  const { promise, resolve } = Promise.withResolvers<Told>()
  const listen = (told: Told): void => {
    if (!isMeant(told)) return
    child.off('message', listen as never) // Node's type of a message is wider than ours
    resolve(told)
  }
  child.on('message', listen as never) // as above
  return promise
}
