import type { RenderPair, Watch } from '@ssr-cache/core/node'

/** What middleware leaves for itself, or no page is made from. */
const NO_STATE = /^_|^(body|route|secret)$/

/** In development: what a render reads of a request and its locals is noticed, and so is what it looks for in vain. */
export function watchState({ request, response }: RenderPair, watch: Watch): void {
  watchQuery(request, watch)
  watchCookies(request, watch)
  const visitor = (watch.above ?? {}) as { readonly res?: { readonly locals?: object } } // what Express made of it
  for (const name of ['ip', 'ips']) watchAbsent(request, name, () => watch.absent('request', name))
  for (const name of Object.keys(visitor)) {
    if (NO_STATE.test(name) || name in request) continue
    watchAbsent(request, name, () => watch.absent('request', name))
  }
  const { locals } = response as unknown as { readonly locals: object } // set by the shared render
  for (const name of Object.keys(visitor.res?.locals ?? {})) {
    if (!(name in locals)) watchAbsent(locals, name, () => watch.absent('locals', name))
  }
}

/** Express 5 parses the query at each read. */
function watchQuery(request: object, watch: Watch): void {
  const parsed = Object.getOwnPropertyDescriptor(request, 'query')
  const getter = Object.getPrototypeOf(request)
  Object.defineProperty(request, 'query', {
    configurable: true,
    enumerable: true,
    get: () => watch.query((parsed === undefined ? Reflect.get(getter, 'query', request) : parsed.value) as object), // Express's, always an object
    set: (value) => define(request, 'query', value),
  })
}

/** As cookie-parser, and whoever does as it does, leaves them: it sets them more than once. */
function watchCookies(request: object, watch: Watch): void {
  for (const name of ['cookies', 'signedCookies']) {
    let cookies: unknown
    Object.defineProperty(request, name, {
      configurable: true,
      enumerable: true,
      get: () => cookies,
      set(given: unknown) {
        cookies = typeof given === 'object' && given !== null ? watch.cookies(given) : given
      },
    })
  }
}

/** What is read stays as absent as it was; what is written below is there. */
function watchAbsent(holder: object, name: string, notice: () => void): void {
  const known = Object.getOwnPropertyDescriptor(holder, name)
  Object.defineProperty(holder, name, {
    configurable: true,
    enumerable: known?.enumerable ?? false,
    get() {
      notice()
      return known?.value
    },
    set: (value) => define(holder, name, value),
  })
}

function define(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true })
}
