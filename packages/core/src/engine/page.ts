import type { Field } from '../fields.ts'
import type { PageAnswer } from './answers.ts'
import { collect } from './collect.ts'

/** A page as `handle` and `lookup` give it. What its methods give is a copy: nothing that a caller holds can change what is kept. */
export class Page {
  readonly status: number
  /** Header fields, lower-case names, ready to be sent: Cache-Control, ETag, Vary and Cache-Status among them. */
  readonly fields: readonly Field[]
  readonly #body: PageAnswer['body']

  constructor({ status, fields, body }: PageAnswer) {
    this.status = status
    this.fields = Object.freeze(fields.map(([name, value]): Field => Object.freeze([name, value] as const)))
    this.#body = body
  }

  /** Its bytes. */
  async bytes(): Promise<Uint8Array> {
    const { body } = await collect(this.#body, Number.POSITIVE_INFINITY)
    return body as Uint8Array // nothing is larger than infinity
  }

  /** Its bytes as UTF-8 text. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes())
  }

  /** As a Response of the web's kind. */
  toResponse(): Response {
    const headers = new Headers()
    for (const [name, value] of this.fields) headers.append(name, value)
    const body = this.#body instanceof Uint8Array ? new Uint8Array(this.#body) : streamOf(this.#body)
    const isEmpty = this.status === 204 || this.status === 205 || this.status === 304
    return new Response(isEmpty ? null : body, { status: this.status, headers })
  }
}

/** `ReadableStream.from`, which neither every runtime nor the types of browsers have. */
function streamOf(body: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await chunks.return?.()
    },
  })
}
