import { createServer, type RequestListener, type Server } from 'node:http'
import { createRenderCache } from '@ssr-cache/core'
import { answerVisitor, originForm, RenderPair, runHandler } from '@ssr-cache/core/node'

const cache = createRenderCache({ hosts: ['localhost:3000'] })

export function serve(app: RequestListener): Server {
  return createServer((request, response) => {
    const { method = 'GET', url = '/', headers } = request
    const plan = cache.plan({ method, scheme: 'http', host: headers.host ?? '', target: originForm(url), headers })
    answerVisitor(plan, {
      request,
      response,
      handle: () => app(request, response),
      render({ request, signal }) {
        const pair = new RenderPair(request, signal)
        runHandler(
          () => app(pair.request, pair.response),
          (error) => pair.fail(error),
        )
        return pair.rendered
      },
      next: () => response.writeHead(500).end(),
    })
  })
}
