import { setTimeout as sleep } from 'node:timers/promises'
import { Router } from 'express'

/** Stands for a site's own pages. */
export const pages: Router = Router().get('/{*path}', async (_request, response) => {
  await sleep(100)
  response.send('<h1>Rendered</h1>')
})
