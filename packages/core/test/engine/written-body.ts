import type { HandlerResponse } from '@ssr-cache/core'

type Step = IteratorResult<Uint8Array, undefined>

/** A body that a test writes, chunk by chunk; nothing is asked of it before it is read. */
export class WrittenBody implements AsyncIterableIterator<Uint8Array, undefined> {
  /** Chunks that were taken. */
  taken = 0
  letGo = 0
  readonly #written: (() => Promise<Step>)[] = []
  #asked: ((step: Promise<Step>) => void) | undefined;

  [Symbol.asyncIterator](): this {
    return this
  }

  write(chunk: string | Uint8Array): this {
    const value = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    return this.#put(async () => {
      this.taken++
      return { done: false, value }
    })
  }

  end(chunk?: string): this {
    if (chunk !== undefined) this.write(chunk)
    return this.#put(async () => ({ done: true, value: undefined }))
  }

  break(error: unknown): this {
    return this.#put(() => Promise.reject(error))
  }

  next(): Promise<Step> {
    const step = this.#written.shift()
    if (step !== undefined) return step()
    return new Promise((resolve) => {
      this.#asked = resolve
    })
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.letGo++
    return { done: true, value: undefined }
  }

  /** A page with this body, as a handler gives it. */
  page(headers: Readonly<Record<string, string>> = {}, status = 200): HandlerResponse {
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const { done, value } = await this.next()
            if (done === true) controller.close()
            else controller.enqueue(value)
          } catch (error) {
            controller.error(error)
          }
        },
        cancel: () => void this.return(),
      },
      { highWaterMark: 0 },
    )
    return new Response(body, { status, headers: { 'content-type': 'text/html', ...headers } })
  }

  #put(step: () => Promise<Step>): this {
    const asked = this.#asked
    this.#asked = undefined
    if (asked === undefined) this.#written.push(step)
    else asked(step())
    return this
  }
}
