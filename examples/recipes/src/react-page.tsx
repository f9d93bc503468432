import { Router } from 'express'
import { renderToPipeableStream } from 'react-dom/server'
import { App } from './app.tsx'

export const pages = Router().get('/{*path}', (request, response, next) => {
  let failure: unknown
  const { pipe, abort } = renderToPipeableStream(<App url={request.originalUrl} />, {
    bootstrapModules: ['/assets/client.js'],
    // All at once: what has gone out cannot become an error any more. With onShellReady the page would go out as it comes.
    onAllReady() {
      if (failure === undefined) pipe(response.type('html'))
      // React has filled the hole with a fallback: a page that must not be kept.
      else if (!response.destroyed) next(failure)
    },
    onError(error) {
      failure ??= error
    },
    onShellError: next,
  })
  // The render took longer than admission.deadlineMs, or the one visitor that it was for has left.
  response.on('close', () => abort())
})
