import { createRenderCache } from '@ssr-cache/core'

const cache = createRenderCache({ hosts: ['shop.example'], maxAge: 300 })

export async function answer(visitor: Request): Promise<Response> {
  const page = await cache.handle(visitor, async ({ request, signal }) => {
    const html = await render(request.url, signal)
    return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } })
  })
  return page.toResponse()
}

async function render(url: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted()
  return `<h1>The page of ${new URL(url).pathname}</h1>`
}
