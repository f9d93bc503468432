import { createRenderCache } from '@ssr-cache/core'
import { Hono } from 'hono'

export const cache = createRenderCache()
const app = new Hono().get('/', (context) => context.html(`<p>Rendered at ${new Date().toISOString()}</p>`))

export default {
  // The runtime stops when it has answered: a refresh behind the answer is handed to it, so that it is finished first.
  fetch: cache.fetch(app.fetch, { waitUntil: (work, _request, [_env, runtime]) => runtime?.waitUntil(work) }),
}
