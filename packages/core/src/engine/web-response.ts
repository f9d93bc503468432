import type { Field } from '../fields.ts'
import type { Body } from './plan.ts'

/** Status, fields and bytes as a Response of the web's kind. Bytes that are kept are copied. */
export function webResponse(answer: {
  readonly status: number
  readonly fields: readonly Field[]
  readonly body: Body | null
}): Response {
  const { status, fields, body } = answer
  const headers = new Headers()
  for (const [name, value] of fields) headers.append(name, value)
  return new Response(isEmpty(status, body) ? null : contentOf(body), { status, headers })
}

/** No body is another answer than an empty one: to that a host adds a type of its own. */
function isEmpty(status: number, body: Body | null): body is null {
  if (status === 204 || status === 205 || status === 304) return true
  return body === null || (body instanceof Uint8Array && body.length === 0)
}

function contentOf(body: Body): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> {
  return body instanceof Uint8Array ? new Uint8Array(body) : streamOf(body)
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
