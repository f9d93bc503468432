import type { Body } from './plan.ts'

/** A body that was read to its end, or one that turned out too large to keep: what was read, and then the rest. */
export type Collected =
  | { readonly kind: 'whole'; readonly body: Uint8Array }
  | { readonly kind: 'overflow'; readonly body: AsyncIterable<Uint8Array> }

/** Reads a body up to `maxBytes`. The bytes are a copy of exact size: nothing that the render still holds can change or pin them. */
export async function collect(body: Body, maxBytes: number): Promise<Collected> {
  if (body instanceof Uint8Array) {
    return body.length > maxBytes
      ? { kind: 'overflow', body: chain([body], undefined) }
      : { kind: 'whole', body: new Uint8Array(body) }
  }
  const source = body[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let size = 0
  for (let step = await source.next(); !step.done; step = await source.next()) {
    size += step.value.length
    chunks.push(new Uint8Array(step.value))
    if (size > maxBytes) return { kind: 'overflow', body: chain(chunks, source) }
  }
  return { kind: 'whole', body: joined(chunks, size) }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) return only
  const body = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  return body
}

async function* chain(
  read: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let ended = rest === undefined
  try {
    yield* read
    while (rest !== undefined && !ended) {
      const step = await rest.next()
      ended = step.done === true
      if (!step.done) yield step.value
    }
  } finally {
    // Whoever stops reading lets the render go.
    if (!ended) await rest?.return?.()
  }
}
