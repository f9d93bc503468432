import { isNoError, type NarrowedRequest, type RenderFunction, RenderPair, runHandler } from '@ssr-cache/core/node'
import type { ExpressApp, ExpressHandler } from './express.ts'
import { type Place, placeOf } from './scope.ts'
import { watchState } from './watched-state.ts'

/** Renders on a request and a response of its own, which have an app's prototypes and nobody's state. */
export function sharedRender(app: ExpressApp, handler: ExpressHandler): RenderFunction {
  return ({ request: narrowed, signal, watch }) => {
    const pair = new RenderPair(narrowed, signal, watch)
    const { request, response } = pair
    const next = (error?: unknown): void => (isNoError(error) ? pair.decline() : pair.fail(error))
    Object.setPrototypeOf(request, app.request)
    Object.setPrototypeOf(response, app.response)
    Object.defineProperties(request, { ...stateOf(app, narrowed), res: own(response), next: own(next) })
    Object.defineProperty(response, 'locals', own(Object.assign(Object.create(null), narrowed.context)))
    if (watch !== undefined) watchState(pair, watch)
    runHandler((goOn) => handler(request, response, goOn), next)
    return pair.rendered
  }
}

/** What Express puts on a request or reads from its connection, rebuilt from the key alone. The host it reads from the Host field, which is the key's. */
function stateOf(app: ExpressApp, narrowed: NarrowedRequest): PropertyDescriptorMap {
  const { scheme, path, query, scope } = narrowed
  const { mount, params } = placeOf(scope)
  const search = query === '' ? '' : `?${query}`
  return {
    // Express would ask the app's trust-proxy function about an address that is not there.
    protocol: own(scheme),
    originalUrl: own(path + search),
    baseUrl: own(mount),
    url: own(below(mount, path) + search),
    params: own({ ...params }),
    // A render is nobody's.
    ip: own(undefined),
    ips: own([]),
    ...queryState(app, query),
  }
}

/** Express 5 parses the query when it is asked for; 4 on the way in. */
function queryState(app: ExpressApp, query: string): PropertyDescriptorMap {
  if ('query' in app.request) return {}
  const parse = app.get('query parser fn') as ((query: string) => unknown) | undefined // compiled by Express with the setting
  return { query: own(parse === undefined ? {} : parse(query)) }
}

/** The path below a mount path, which it begins with. */
function below(mount: Place['mount'], path: string): string {
  const rest = path.slice(mount.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** A property that stands before Express's getters, and that the app may change as it may change Express's. */
function own(value: unknown): PropertyDescriptor {
  return { value, writable: true, enumerable: true, configurable: true }
}
