import type { Watch } from './watch.ts'

/** A Request whose `headers` tell of `get` and `has`, and of being gone through; a copy of it tells of nothing. */
export function watchedRequest(request: Request, watch: Watch): Request {
  const { headers } = request
  const reads: Record<string, undefined> = watch.headers(Object.create(null))
  const noticed =
    (method: (name: string) => unknown) =>
    (name: string): unknown => {
      void reads[String(name).toLowerCase()]
      return method.call(headers, name)
    }
  const { get, has, forEach } = Headers.prototype
  Object.defineProperties(headers, {
    get: { value: noticed(get) },
    has: { value: noticed(has) },
    forEach: {
      value(...args: Parameters<Headers['forEach']>) {
        watch.all()
        return forEach.apply(headers, args)
      },
    },
  })
  return Object.defineProperty(request, 'headers', { value: headers })
}
