import type { Watch } from '../key-coverage/watch.ts'

/** What there is to read is watched; whatever else code may have put there stays as it is. */
export function watched(value: unknown, watch: (value: object) => object): unknown {
  return typeof value === 'object' && value !== null ? watch(value) : value
}

/** Puts parsed cookies on a request, watched, and so are those that are set later: parsers set them more than once. */
export function watchCookies(request: object, name: PropertyKey, given: unknown, watch: Watch): boolean {
  const seen = (value: unknown): unknown => watched(value, (cookies) => watch.cookies(cookies))
  let cookies = seen(given)
  return Reflect.defineProperty(request, name, {
    configurable: true,
    enumerable: true,
    get: () => cookies,
    set(next: unknown) {
      cookies = seen(next)
    },
  })
}
