import type { WorkerInput } from '@ssr-cache/core'
import { pageContext } from '@ssr-cache/core/context'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import type { Film } from './films.ts'

export default function page({ data: film }: WorkerInput<Film>): Response {
  pageContext()?.expiresAt(film.offlineAt)
  const html = renderToString(createElement('h1', null, film.title))
  return new Response(`<!doctype html>${html}`, { headers: { 'content-type': 'text/html; charset=utf-8' } })
}
