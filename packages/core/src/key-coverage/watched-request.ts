import type { Watch } from './watch.ts'

type Method = (...args: never[]) => unknown

/** What is used of a watch. */
export type HeaderWatch = Pick<Watch, 'headers' | 'all'>

const watchedRequests = new WeakSet<object>()

/** Whether what is read of a request is noticed. */
export function isWatched(request: Request): boolean {
  return watchedRequests.has(request)
}

/** The headers of a request, without anybody's noticing. */
export function unnoticedHeaders(request: Request): Iterable<[string, string]> {
  return isWatched(request) ? Headers.prototype.entries.call(request.headers) : request.headers
}

/**
 * A Request that tells of each header that is read by name. What goes through its headers, copies them or copies the Request counts as a read of all of them:
 * what is read from a copy, nobody can see. A copy is noticed by its listening to the signal of the first; where a platform's copies do not listen, every
 * header counts as read from the start. So no header is called unread that some render may have read.
 */
export function watchedRequest(request: Request, watch: HeaderWatch): Request {
  doCopiesListen ??= probeCopies()
  if (!doCopiesListen) watch.all()
  watchedRequests.add(request)
  watchNames(request.headers, watch)
  const { entries, keys, values, forEach } = Headers.prototype
  watchCalls(request.headers, { entries, keys, values, forEach, [Symbol.iterator]: entries }, watch)
  watchCalls(request, { clone: Request.prototype.clone }, watch)
  watchCopies(request, () => watch.all())
  return request
}

function watchNames(headers: Headers, watch: HeaderWatch): void {
  const reads: Record<string, undefined> = watch.headers(Object.create(null))
  for (const name of ['get', 'has'] as const) {
    const method: (name: string) => unknown = headers[name]
    define(headers, name, (header: string): unknown => {
      void reads[String(header).toLowerCase()]
      return method.call(headers, header)
    })
  }
}

/** Each call of these methods reads everything. */
function watchCalls(holder: object, methods: Readonly<Record<string | symbol, Method>>, watch: HeaderWatch): void {
  for (const name of Reflect.ownKeys(methods)) {
    const method = methods[name] as Method // one of its own keys
    define(holder, name, (...args: never[]) => {
      watch.all()
      return method.apply(holder, args)
    })
  }
}

/** A copy follows the signal of what it was made of (Fetch Standard, the Request constructor); Node's does so by a listener. */
function watchCopies({ signal }: Request, notice: () => void): void {
  const listen = signal.addEventListener
  define(signal, 'addEventListener', (...args: Parameters<AbortSignal['addEventListener']>) => {
    notice()
    listen.apply(signal, args)
  })
}

let doCopiesListen: boolean | undefined

function probeCopies(): boolean {
  let isNoticed = false
  const request = new Request('http://localhost/')
  watchCopies(request, () => {
    isNoticed = true
  })
  void new Request(request)
  return isNoticed
}

/** As a class has its methods: written over by whoever likes, and in no list. */
function define(holder: object, name: string | symbol, value: unknown): void {
  Object.defineProperty(holder, name, { value, writable: true, enumerable: false, configurable: true })
}
