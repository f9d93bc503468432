import { SsrCacheError } from '../errors.ts'
import type { Field } from '../fields.ts'
import type { EncodedAnswer, PageAnswer } from './answers.ts'
import { collect } from './collect.ts'
import { webResponse } from './web-response.ts'

/** A page as `handle` and `lookup` give it. What its methods give is a copy: nothing that a caller holds can change what is kept. */
export class Page {
  readonly status: number
  readonly #plain: PageAnswer
  readonly #sent: PageAnswer
  /** Of a page that is still rendered: what was read of it, by `bytes` or `text`. */
  #read: Promise<Uint8Array> | undefined
  #isSent = false
  #fields: readonly Field[] | undefined

  /** Read as it is, whichever form was asked for. */
  constructor(sent: PageAnswer | EncodedAnswer) {
    const plain = 'plain' in sent ? sent.plain : sent
    this.status = plain.status
    this.#plain = plain
    this.#sent = sent
  }

  /** Header fields, lower-case names, ready to be sent: Cache-Control, ETag, Vary and Cache-Status among them. */
  get fields(): readonly Field[] {
    this.#fields ??= copied(this.#plain.fields)
    return this.#fields
  }

  /** Its bytes. */
  async bytes(): Promise<Uint8Array> {
    const { body } = this.#plain
    return new Uint8Array(body instanceof Uint8Array ? body : await this.#wholeOf(body))
  }

  /** Its bytes as UTF-8 text. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes())
  }

  /**
   * As a Response of the web's kind, ready to be sent: in the encoding that the request of `handle` asked for (RFC 9110 12.5.3), where there is one. A page that
   * is still rendered goes out as it comes, and so into one Response alone.
   * @throws ERR_SSR_CACHE_REQUEST where a page that is still rendered was made a Response before, or was read.
   */
  toResponse(): Response {
    if (!isRunning(this.#plain.body)) return webResponse(this.#sent)
    this.#refuseIfUsed(this.#read !== undefined)
    this.#isSent = true
    return webResponse(this.#sent)
  }

  /** What is still rendered is read once, however often it is asked for. */
  #wholeOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
    if (!isRunning(body)) return wholeOf(body)
    this.#refuseIfUsed(false)
    this.#read ??= wholeOf(body)
    return this.#read
  }

  #refuseIfUsed(isRead: boolean): void {
    if (!isRead && !this.#isSent) return
    const message = `a page that is still rendered must be used once, and this one was ${isRead ? 'read' : 'made a Response'} before. Clone the Response, or set stream: 'whole'.`
    throw new SsrCacheError('ERR_SSR_CACHE_REQUEST', message)
  }
}

function copied(fields: readonly Field[]): readonly Field[] {
  return Object.freeze(fields.map(([name, value]): Field => Object.freeze([name, value] as const)))
}

/** What is its own iterator comes once; anything else can be made as often as it is asked for. */
function isRunning(body: PageAnswer['body']): boolean {
  return !(body instanceof Uint8Array) && Object.is(body[Symbol.asyncIterator](), body)
}

async function wholeOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const collected = await collect(body, { maxBytes: Number.POSITIVE_INFINITY })
  return collected.body as Uint8Array // nothing is larger than infinity
}
