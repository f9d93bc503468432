import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a client got, whole or cut off. */
export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly text: string
  /** The connection ended before the message did. */
  readonly cutOff: boolean
}

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string
}

/** A server on a port of its own. */
export interface Site {
  readonly server: Server
  readonly port: number
  readonly host: string
  /** One request over a connection of its own; `path` goes out byte by byte as it is given. */
  ask(path: string, o?: Asked): Promise<Reply>
  /** One request, whose answer is read as the caller reads it: nothing of the body is read before. */
  open(path: string, o?: Asked): Promise<IncomingMessage>
  /** Sends a request and leaves as soon as `when` resolves. */
  askAndLeave(path: string, when: Promise<unknown>, o?: Asked): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Serves on a free port of this machine until disposed of. */
export function serve(listener: RequestListener): Promise<Site> {
  return served(createServer(listener))
}

/** The same with a server that a framework has made. */
export async function served(server: Server): Promise<Site> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    server,
    port,
    host: `127.0.0.1:${port}`,
    ask: (path, o) => ask(port, path, o),
    open: (path, o) => open(port, path, o),
    askAndLeave: (path, when, o) => askAndLeave(port, path, when, o),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function send(port: number, path: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  const client = request({ port, host: '127.0.0.1', path, method, headers, agent: false })
  client.end(body)
  return client
}

/** One request over a connection of its own. */
export function ask(port: number, path: string, o?: Asked): Promise<Reply> {
  const client = send(port, path, o)
  return new Promise((resolve, reject) => {
    client.once('error', reject)
    client.once('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => {})
      response.once('close', () => {
        const { statusCode: status = 0, headers, rawHeaders, complete } = response
        const body = Buffer.concat(chunks)
        resolve({ status, headers, rawHeaders, body, text: body.toString(), cutOff: !complete })
      })
    })
  })
}

function open(port: number, path: string, o?: Asked): Promise<IncomingMessage> {
  const client = send(port, path, o)
  return new Promise((resolve, reject) => {
    client.once('error', reject)
    client.once('response', (response) => {
      client.on('error', () => {})
      response.on('error', () => {})
      resolve(response)
    })
  })
}

async function askAndLeave(port: number, path: string, when: Promise<unknown>, o?: Asked): Promise<void> {
  const client = send(port, path, o)
  client.on('error', () => {})
  client.on('response', (response) => response.on('error', () => {}))
  await when
  client.destroy()
  await new Promise((resolve) => client.once('close', resolve))
}
