import type { Field } from '../fields.ts'
import type { EncodedAnswer, PageAnswer } from './answers.ts'
import { collect } from './collect.ts'
import { webResponse } from './web-response.ts'

/** A page as `handle` and `lookup` give it. What its methods give is a copy: nothing that a caller holds can change what is kept. */
export class Page {
  readonly status: number
  /** Header fields, lower-case names, ready to be sent: Cache-Control, ETag, Vary and Cache-Status among them. */
  readonly fields: readonly Field[]
  readonly #body: PageAnswer['body']
  readonly #sent: PageAnswer

  /** Read as it is, whichever form was asked for. */
  constructor(sent: PageAnswer | EncodedAnswer) {
    const { status, fields, body } = 'plain' in sent ? sent.plain : sent
    this.status = status
    this.fields = Object.freeze(fields.map(([name, value]): Field => Object.freeze([name, value] as const)))
    this.#body = body
    this.#sent = sent
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

  /** As a Response of the web's kind, ready to be sent: in the encoding that the request of `handle` asked for (RFC 9110 12.5.3), where there is one. */
  toResponse(): Response {
    return webResponse(this.#sent)
  }
}
