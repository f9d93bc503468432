import type { IncomingMessage, RequestListener } from 'node:http'

/** What the origin answers to one request. */
export interface Scripted {
  readonly status?: number
  readonly fields?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
  /** Closes the connection in place of an answer. */
  readonly drops?: boolean
}

/** An origin that answers by script: one answer for each request that comes, the last one for all after it. Without a body of its own each tells its number. */
export class ScriptedOrigin {
  /** What has come. */
  readonly seen: IncomingMessage[] = []
  readonly #answers: readonly Scripted[]
  readonly #now: () => number

  constructor(answers: readonly Scripted[], now: () => number) {
    this.#answers = answers
    this.#now = now
  }

  readonly app: RequestListener = (request, response) => {
    const number = this.seen.push(request)
    const {
      status = 200,
      fields = {},
      body = `answer ${number}`,
      drops = false,
    } = this.#answers[number - 1] ?? this.#answers.at(-1) ?? {}
    if (drops) {
      request.socket.destroy()
      return
    }
    const date = new Date(this.#now()).toUTCString()
    response.writeHead(status, { date, ...fields } as Record<string, string | string[]>) // Node does not change it
    response.end(status === 304 ? undefined : body)
  }
}
