import { Router } from 'express'
import { findTea, listTeas } from './teas.ts'

/** What renders ask for, and browsers where the page came as a shell. */
export const teaApi: Router = Router()
  .get('/', async (_request, response) => {
    response.json(await listTeas())
  })
  .get('/:slug', async ({ params }, response) => {
    const tea = await findTea(params.slug)
    if (tea === undefined) response.status(404).json({ error: 'There is no such tea.' })
    else response.json(tea)
  })
