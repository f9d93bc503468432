import { pageContext } from '@ssr-cache/core/context'
import { Router } from 'express'

export interface Catalogue {
  /** Another one after each edit of the film; cheap to ask for. */
  version(film: string): Promise<string>
  html(film: string): Promise<string>
}

export function filmPages(catalogue: Catalogue): Router {
  return Router().get('/films/:film', async ({ params: { film } }, response) => {
    const etag = `"${await catalogue.version(film)}"`
    pageContext()?.tag(`film:${film}`)
    // The page that is kept was made from this version: it stays, and is fresh again.
    if (pageContext()?.previous?.etag === etag) response.status(304).end()
    else response.set('ETag', etag).send(await catalogue.html(film))
  })
}
