import type { Rendered } from '../../src/engine/plan.ts'
import { RenderPair } from '../../src/node/render-pair.ts'
import type { NarrowedRequest } from '../../src/request.ts'

/** A narrowed request for `/page?a=1`, with changes. */
export function narrowed(changes: Partial<NarrowedRequest> = {}): NarrowedRequest {
  return {
    method: 'GET',
    scheme: 'http',
    host: 'shop.example',
    path: '/page',
    query: 'a=1',
    url: 'http://shop.example/page?a=1',
    headers: { host: 'shop.example', accept: 'text/html', cookie: 'currency=EUR' },
    scope: '',
    context: undefined,
    ...changes,
  }
}

export function newPair(changes: Partial<NarrowedRequest> = {}, signal = new AbortController().signal): RenderPair {
  return new RenderPair(narrowed(changes), signal)
}

type Response = Extract<Rendered, { kind: 'response' }>

/** The response of a pair, as soon as it has a head. */
export async function headOf(pair: RenderPair): Promise<Response & { readonly body: AsyncIterable<Uint8Array> }> {
  const rendered = await pair.rendered
  if (rendered.kind !== 'response' || rendered.body instanceof Uint8Array) throw new Error('expected a response')
  return { ...rendered, body: rendered.body }
}

/** A whole body. */
export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function textOf(pair: RenderPair): Promise<string> {
  return (await bytesOf((await headOf(pair)).body)).toString()
}
