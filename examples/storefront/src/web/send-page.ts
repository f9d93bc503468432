import type { Response } from 'express'
import type { Page, Rendered } from '../ui/page.ts'
import { assets } from './assets.ts'
import { type RenderedDocument, renderDocument } from './render-document.tsx'

/** Renders `page` into `response`. Rejects where a component throws, before anything has been sent. */
export type SendPage = (response: Response, page: Page) => Promise<void>

/** Renders in this process, on its main thread: meanwhile nothing else is served. */
export const sendPage: SendPage = async (response, page) => {
  const { pipe } = await renderDocument(documentOf(page))
  pipe(response.type('html'))
}

/** The same for a browser that makes the page itself, and asks for its data by the page's own URL: the cache lets that by, since no page is asked for. */
export function orData(sendPage: SendPage): SendPage {
  return async (response, page) => {
    if (response.req.accepts(['html', 'json']) !== 'json') return sendPage(response, page)
    const { rendered, assets } = documentOf(page)
    response.json({ page, rendered, style: assets.style })
  }
}

let renders = 0

/** All that a page is rendered from. */
export function documentOf(page: Page): RenderedDocument {
  renders += 1
  const rendered: Rendered = { pid: process.pid, sequence: renders, at: new Date().toISOString() }
  return { page, rendered, assets }
}
