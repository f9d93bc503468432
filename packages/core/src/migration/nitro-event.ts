import { headerValue, type VisitorRequest } from '../request.ts'

/**
 * A visitor's request with as much of an event as the helpers of h3 read that only look: `getQuery`, `getCookie`, `getHeader`, `getRequestURL` of h3 1 (Nitro 2) and
 * of h3 2 (Nitro 3).
 */
export interface NitroEvent {
  readonly method: string
  /** Path and query as sent. */
  readonly path: string
  readonly url: URL
  readonly headers: Headers
  readonly context: object
  readonly req: { readonly method: string; readonly url: string; readonly headers: Headers }
  readonly node: {
    readonly req: {
      readonly method: string
      readonly url: string
      readonly originalUrl: string
      readonly headers: VisitorRequest['headers']
    }
  }
}

/** Made when it is read: it is asked for with every request that may be a hit, and most functions look at one header. */
export class VisitorEvent implements NitroEvent {
  readonly method: string
  readonly path: string
  readonly context: object = {}
  readonly #visitor: VisitorRequest
  #url: URL | undefined
  #headers: Headers | undefined

  constructor(visitor: VisitorRequest) {
    this.#visitor = visitor
    this.method = visitor.method
    this.path = visitor.target
  }

  get url(): URL {
    const { scheme, host, target } = this.#visitor
    this.#url ??= new URL(`${scheme}://${host}${target}`)
    return this.#url
  }

  get headers(): Headers {
    this.#headers ??= fetchHeaders(this.#visitor)
    return this.#headers
  }

  get req(): NitroEvent['req'] {
    return { method: this.method, url: this.url.href, headers: this.headers }
  }

  get node(): NitroEvent['node'] {
    const { method, target, headers } = this.#visitor
    return { req: { method, url: target, originalUrl: target, headers } }
  }
}

function fetchHeaders({ headers }: VisitorRequest): Headers {
  const made = new Headers()
  for (const name of Object.keys(headers)) made.set(name, headerValue(headers, name) ?? '')
  return made
}
