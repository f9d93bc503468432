import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './port.ts'
import { ARGV0, redisProgram } from './program.ts'

/** What a server is started with. */
export interface RedisOptions {
  /** Lines of redis.conf beside ours; nothing is kept on disk unless they say so. */
  readonly settings?: readonly string[]
  /** Whether it watches others instead of keeping data. */
  readonly sentinel?: boolean
  /** Files of a certificate: it then answers over TLS only. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string }
  /** How to reach it, where a plain connection will not do. */
  readonly dial?: (port: number) => Socket
}

/** A Redis of our own, never the machine's. */
export interface RedisServer {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly url: string
  /** Stops it in the middle of whatever it does, as a hung machine would: connections stay open, nothing answers. */
  pause(): void
  resume(): void
  /** Ends it without a last word (SIGKILL), and resolves when it is gone. */
  kill(): Promise<void>
  /** Lets it end by itself (SIGTERM): it then writes down what its settings want kept. */
  shutdown(): Promise<void>
  /** Starts it again on the same port, with what it has kept. It is down before. */
  restart(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const HOST = '127.0.0.1'
const PORTS_TO_TRY = 5
const READY_WITHIN_MS = 20_000

/** No server outlives this process; where it is killed, by the watch that each server has. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a server on a free port, and resolves once it answers. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  for (let tries = 1; ; tries++) {
    const server = new OwnServer(await freePort(), options)
    try {
      await server.restart()
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      // Another worker may have taken the port since it was found free.
      if (tries === PORTS_TO_TRY || !String(error).includes('already in use')) throw error
    }
  }
}

class OwnServer implements RedisServer {
  readonly host = HOST
  readonly port: number
  readonly url: string
  readonly #folder: string
  readonly #args: readonly string[]
  readonly #dial: (port: number) => Socket
  #child: ChildProcess | undefined

  constructor(port: number, { settings = [], sentinel = false, tls, dial }: RedisOptions) {
    this.port = port
    this.url = `${tls === undefined ? 'redis' : 'rediss'}://${HOST}:${port}`
    this.#folder = mkdtempSync(join(tmpdir(), 'ssr-cache-redis-'))
    this.#dial = dial ?? ((to) => connect(to, HOST))
    const file = join(this.#folder, 'redis.conf')
    const own = [`bind ${HOST}`, `dir ${this.#folder}`, 'daemonize no', 'loglevel warning', ...place(port, tls)]
    const kept = sentinel ? [] : ['save ""', 'appendonly no']
    writeFileSync(file, [...own, ...kept, ...settings].join('\n'))
    this.#args = sentinel ? [file, '--sentinel'] : [file]
  }

  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  shutdown(): Promise<void> {
    return this.#end('SIGTERM')
  }

  async restart(): Promise<void> {
    const child = spawn(redisProgram, this.#args, { argv0: ARGV0, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    running.add(child)
    const watch = watchOver(child)
    child.once('exit', () => {
      running.delete(child)
      watch.kill('SIGKILL')
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    let over: string | undefined
    child.once('error', (error) => (over = String(error)))
    child.once('exit', (code, signal) => (over ??= `it ended with ${code ?? signal}`))
    const deadline = Date.now() + READY_WITHIN_MS
    while (!(await answers(this.#dial(this.port)))) {
      if (over === undefined && Date.now() > deadline) over = 'it does not answer'
      if (over !== undefined) throw new Error(`${redisProgram} must answer on port ${this.port}: ${over}\n${said}`)
      await sleep(10)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (child === undefined || !running.has(child)) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGCONT')
    child.kill(signal)
    await gone
  }
}

/** Kills `server` when this process is gone, however it went: the pipe from here is closed then. */
function watchOver({ pid }: ChildProcess): ChildProcess {
  // Where the program could not be started, there is nothing to end.
  const watch = spawn('sh', ['-c', pid === undefined ? ':' : `read _; kill -9 ${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watch.on('error', () => {})
  watch.stdin.on('error', () => {})
  watch.unref()
  return watch
}

function place(port: number, tls: RedisOptions['tls']): readonly string[] {
  if (tls === undefined) return [`port ${port}`]
  const files = [`tls-cert-file ${tls.cert}`, `tls-key-file ${tls.key}`, `tls-ca-cert-file ${tls.ca}`]
  return ['port 0', `tls-port ${port}`, 'tls-auth-clients no', ...files]
}

/** Whether a Redis answers that is done with loading; one that wants a password is. */
function answers(socket: Socket): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  socket.once('data', (reply: Buffer) => resolve(/^(\+PONG|-NOAUTH)/.test(reply.toString())))
  socket.once('error', () => resolve(false))
  socket.setTimeout(500, () => resolve(false))
  socket.write('PING\r\n')
  return promise.finally(() => socket.destroy())
}
