import { ownCopyOf } from '../store/owned-bytes.ts'
import type { Body } from './plan.ts'
import { RunningBody, type RunningBodyOptions } from './running-body.ts'

/** A body that was read to its end, or one that is not gathered: too large, or let through. */
export type Collected =
  | { readonly kind: 'whole'; readonly body: Uint8Array }
  | { readonly kind: 'passing'; readonly body: RunningBody }

/** Reads a body, up to `maxBytes`. The bytes are of exact size and ours: nothing that the render still holds can change or pin them. */
export async function collect(body: Body, options: RunningBodyOptions): Promise<Collected> {
  if (body instanceof Uint8Array && body.length <= options.maxBytes) return { kind: 'whole', body: ownCopyOf(body) }
  const chunks = body instanceof Uint8Array ? inOnePiece(body) : body[Symbol.asyncIterator]()
  const running = new RunningBody(chunks, options)
  const whole = await running.gather()
  return whole === undefined ? { kind: 'passing', body: running } : { kind: 'whole', body: whole }
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Lets go of a body that nobody will read, so that its render does not wait for a reader for ever. How it ends is of no interest to anybody. */
export function discard(body: Body): void {
  if (body instanceof Uint8Array) return
  const reader = body[Symbol.asyncIterator]()
  // A generator cleans up only if it has begun.
  reader.next().catch(() => {})
  reader.return?.().catch(() => {})
}
