import type { Field } from '../fields.ts'
import type { Body } from './plan.ts'

/** Status, fields and bytes as a Response of the web's kind. Bytes that are kept are copied. */
export function webResponse(answer: {
  readonly status: number
  readonly fields: readonly Field[]
  readonly body: Body
}): Response {
  const { status, fields, body } = answer
  const headers = new Headers()
  for (const [name, value] of fields) headers.append(name, value)
  const isEmpty = status === 204 || status === 205 || status === 304
  if (isEmpty) return new Response(null, { status, headers })
  return new Response(body instanceof Uint8Array ? new Uint8Array(body) : streamOf(body), { status, headers })
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
