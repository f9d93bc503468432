import type { Field } from '../fields.ts'
import type { PageAnswer } from './answers.ts'
import { collect } from './collect.ts'
import { webResponse } from './web-response.ts'

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
    if (this.#body instanceof Uint8Array) return new Uint8Array(this.#body)
    const { body } = await collect(this.#body, Number.POSITIVE_INFINITY)
    return body as Uint8Array // nothing is larger than infinity, and of a stream nobody else has it
  }

  /** Its bytes as UTF-8 text. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes())
  }

  /** As a Response of the web's kind. */
  toResponse(): Response {
    return webResponse({ status: this.status, fields: this.fields, body: this.#body })
  }
}
