import {
  createKeyNormalizer,
  type KeyNormalizer,
  type NarrowedRequest,
  type PageKey,
  type VisitorRequest,
} from '../../src/key/index.ts'

/** A browser's request for a page, with what the test is about laid over it. */
export function visitor(overrides: Partial<VisitorRequest> = {}): VisitorRequest {
  return { method: 'GET', scheme: 'https', host: 'shop.example', target: '/', headers: {}, ...overrides }
}

/** A normalizer with every default. */
export const plain: KeyNormalizer = createKeyNormalizer()

/** The key of a request that must have one. */
export function keyed(request: VisitorRequest, normalizer: KeyNormalizer = plain): PageKey {
  const result = normalizer.normalize(request)
  if (result.kind !== 'keyed') throw new Error(`no key: ${JSON.stringify(result)}`)
  return result
}

/** The whole key of `https://shop.example` and `target`. */
export function keyOf(target: string, normalizer: KeyNormalizer = plain): string {
  return keyed(visitor({ target }), normalizer).full
}

/** What the shared render of this request may see. */
export function narrowed(request: VisitorRequest, normalizer: KeyNormalizer = plain): NarrowedRequest {
  return normalizer.narrow(keyed(request, normalizer), request)
}
