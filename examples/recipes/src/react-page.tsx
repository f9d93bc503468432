import { Router } from 'express'
import { renderToPipeableStream } from 'react-dom/server'
import { App } from './app.tsx'

export const pages = Router().get('/{*path}', (request, response, next) => {
  let failure: unknown
  const { pipe, abort } = renderToPipeableStream(<App url={request.originalUrl} />, {
    bootstrapModules: ['/assets/client.js'],
    // A page is kept whole, so there is nothing to gain from onShellReady.
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
