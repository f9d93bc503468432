import { isNoError, type NarrowedRequest, type RenderFunction, RenderPair, runHandler } from '@ssr-cache/core/node'
import type { ExpressApp, ExpressHandler } from './express.ts'
import { type Place, placeOf } from './scope.ts'
import { watchState } from './watched-state.ts'

/** Renders on a request and a response of its own, which have an app's prototypes and nobody's state. */
export function sharedRender(app: ExpressApp, handler: ExpressHandler): RenderFunction {
  return ({ request: narrowed, signal, watch, interim }) => {
    const pair = new RenderPair(narrowed, signal, { watch, interim })
    const { request, response } = pair
    const next = (error?: unknown): void => (isNoError(error) ? pair.decline() : pair.fail(error))
    // Before the prototypes: what is assigned then stands before Express's getters, and the app may change it as it may change Express's. To define it
    // afterwards takes a tenth of all that a render costs here.
    Object.assign(request, stateOf(app, narrowed), { res: response, next })
    Object.assign(response, { locals: Object.assign(Object.create(null), narrowed.context) })
    Object.setPrototypeOf(request, app.request)
    Object.setPrototypeOf(response, app.response)
    if (watch !== undefined) watchState(pair, watch)
    runHandler((goOn) => handler(request, response, goOn), next)
    return pair.rendered
  }
}

/** What Express puts on a request or reads from its connection, rebuilt from the key alone. The host it reads from the Host field, which is the key's. */
function stateOf(app: ExpressApp, narrowed: NarrowedRequest): Readonly<Record<string, unknown>> {
  const { scheme, path, query, scope } = narrowed
  const { mount, params } = placeOf(scope)
  const search = query === '' ? '' : `?${query}`
  return {
    // Express would ask the app's trust-proxy function about an address that is not there.
    protocol: scheme,
    originalUrl: path + search,
    baseUrl: mount,
    url: below(mount, path) + search,
    params: { ...params },
    // A render is nobody's.
    ip: undefined,
    ips: [],
    ...queryState(app, query),
  }
}

/** Express 5 parses the query when it is asked for; 4 on the way in. */
function queryState(app: ExpressApp, query: string): Readonly<Record<string, unknown>> {
  if ('query' in app.request) return {}
  const parse = app.get('query parser fn') as ((query: string) => unknown) | undefined // compiled by Express with the setting
  return { query: parse === undefined ? {} : parse(query) }
}

/** The path below a mount path, which it begins with. */
function below(mount: Place['mount'], path: string): string {
  const rest = path.slice(mount.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}
