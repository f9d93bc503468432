import { setTimeout } from 'node:timers/promises'
import express, { type ErrorRequestHandler, type Express, Router } from 'express'
import { z } from 'zod'
import type { Film } from '../contract/film.ts'
import type { Invalidation } from '../contract/invalidation.ts'
import { type Session, type Visitor, visitorSchema } from '../contract/session.ts'
import type { Catalogue } from './catalogue.ts'
import { changesPrice, edited, filmEditSchema, tagsOfEdit } from './film-edit.ts'
import { SESSION_MS, Sessions } from './sessions.ts'
import type { TellStorefront } from './storefront-hook.ts'

export interface ApiOptions {
  readonly catalogue: Catalogue
  readonly tellStorefront: TellStorefront
  /** How long every read takes, as if it came from a database far away. Milliseconds. */
  readonly latencyMs: number
}

/** The commerce back end: what the storefront's pages are made from, and the one place where it is changed. */
export function createApi({ catalogue, tellStorefront, latencyMs }: ApiOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.get('/healthz', (_request, response) => void response.send('ok\n'))
  app.use('/api/pages', slowedBy(latencyMs), pages(catalogue))
  app.use('/api/movies', films(catalogue, tellStorefront))
  app.use('/api/sessions', visitors(new Sessions()))
  app.use((_request, response) => void response.status(404).json({ error: 'There is nothing here.' }))
  app.use(answerError)
  return app
}

function slowedBy(latencyMs: number): express.RequestHandler {
  return async (_request, _response, next) => {
    await setTimeout(latencyMs)
    next()
  }
}

const pageSchema = z.coerce.number().int().min(1).default(1)

/** What one page of the storefront shows, in one answer each. */
function pages(catalogue: Catalogue): Router {
  return Router()
    .get('/home', (_request, response) => void response.json(catalogue.home()))
    .get('/movies/:slug', ({ params }, response) => answer(response, catalogue.filmPage(params.slug)))
    .get('/directors/:slug', ({ params }, response) => answer(response, catalogue.directorPage(params.slug)))
    .get('/genres/:slug', ({ params, query }, response) => {
      answer(response, catalogue.genrePage(params.slug, pageSchema.parse(query['page'])))
    })
    .get('/search', ({ query }, response) => {
      const words = z.string().max(200).default('').parse(query['q'])
      answer(response, catalogue.search(words, pageSchema.parse(query['page'])))
    })
}

function films(catalogue: Catalogue, tellStorefront: TellStorefront): Router {
  const editSchema = filmEditSchema(catalogue.genres().map((genre) => genre.name))
  return Router()
    .get(
      '/',
      (_request, response) => void response.json(catalogue.films().map(({ id, slug, title }) => ({ id, slug, title }))),
    )
    .get('/:id', ({ params }, response) => answer(response, catalogue.film(Number(params.id))))
    .patch('/:id', express.json({ limit: '10kb' }), async ({ params, body }, response) => {
      const before = catalogue.film(Number(params.id))
      if (!before) return answer(response, undefined)
      const after = edited(before, editSchema.parse(body))
      catalogue.replace(after)
      // Only after the change: a page rendered between the two would be made from old data and yet count as new.
      const invalidation = await invalidate(tellStorefront, before, after)
      response.json({ film: catalogue.film(after.id), invalidation })
    })
}

function visitors(sessions: Sessions): Router {
  return Router()
    .post('/', express.json({ limit: '10kb' }), ({ body }, response) => {
      response.json({ id: sessions.open(visitorSchema.parse(body).name), maxAgeMs: SESSION_MS } satisfies Session)
    })
    .get('/:id', ({ params }, response) => {
      const name = sessions.nameOf(params.id)
      answer(response, name === undefined ? undefined : ({ name } satisfies Visitor))
    })
    .delete('/:id', ({ params }, response) => {
      sessions.end(params.id)
      response.json({})
    })
}

/** The edit stands even where the storefront cannot be told: its pages then follow when their lifetime ends. */
async function invalidate(
  tellStorefront: TellStorefront,
  before: Film,
  after: Film,
): Promise<Invalidation & { readonly error?: string }> {
  const how = changesPrice(before, after) ? 'purge' : 'invalidate'
  const invalidation: Invalidation = { tags: tagsOfEdit(before, after), how }
  try {
    await tellStorefront(invalidation)
    return invalidation
  } catch (error) {
    console.error('api: the storefront could not be told of an edit:', error)
    return { ...invalidation, error: String(error) }
  }
}

function answer(response: express.Response, found: object | undefined): void {
  if (found) response.json(found)
  else response.status(404).json({ error: 'There is nothing here.' })
}

// Express knows an error handler by its four parameters.
const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  if (error instanceof z.ZodError) {
    response.status(400).json({ error: 'The request is not valid.', problems: z.flattenError(error) })
    return
  }
  const status = typeof error?.status === 'number' ? error.status : 500
  if (status >= 500) console.error('api:', error)
  response.status(status).json({ error: status < 500 ? String(error.message) : 'The API failed.' })
}
