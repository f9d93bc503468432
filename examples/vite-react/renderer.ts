import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { presets } from '@ssr-cache/core/cache-control'
import express, { type RequestHandler, Router } from 'express'
import type { Page } from './src/page.ts'

type ServerEntry = typeof import('./src/entry-server.tsx')

export interface Renderer {
  /** What browsers load: belongs above the cache. */
  readonly assets: Router
  /** Changes with what the pages link to. */
  readonly buildId: string
  render(page: Page): Promise<string>
}

const folder = import.meta.dirname

/** Renders from what `npm run build` has made. */
export async function builtRenderer(): Promise<Renderer> {
  const template = await readFile(`${folder}/dist/client/index.html`, 'utf8')
  const manifest = await readFile(`${folder}/dist/client/.vite/manifest.json`)
  const entry: ServerEntry = await import(new URL('./dist/server/entry-server.js', import.meta.url).href)
  // Names that hold a hash of the content: whoever has such a file need never ask again.
  const hashed = express.static(`${folder}/dist/client/assets`, { immutable: true, maxAge: '1y' })
  return {
    assets: Router().use('/assets', hashed, noSuchAsset),
    buildId: createHash('sha256').update(manifest).digest('base64url'),
    render: async (page) => fill(template, page, await entry.render(page)),
  }
}

/** Renders from the sources as they are at each request; Vite reloads in browsers what changes. */
export async function devRenderer(server: Server): Promise<Renderer> {
  const { createServer } = await import('vite')
  const vite = await createServer({ root: folder, appType: 'custom', server: { middlewareMode: true, ws: { server } } })
  return {
    assets: Router().use(vite.middlewares),
    buildId: 'development',
    async render(page) {
      try {
        const template = await vite.transformIndexHtml('/', await readFile(`${folder}/index.html`, 'utf8'))
        const entry = (await vite.ssrLoadModule('/src/entry-server.tsx')) as ServerEntry // the type that the file exports
        return fill(template, page, await entry.render(page))
      } catch (error) {
        if (error instanceof Error) vite.ssrFixStacktrace(error)
        throw error
      }
    },
  }
}

const noSuchAsset: RequestHandler = (_request, response) => {
  response.set('cache-control', presets.error).sendStatus(404)
}

function fill(template: string, page: Page, html: string): string {
  // No text in the data can end the element that holds them.
  const json = JSON.stringify(page).replaceAll('<', '\\u003c')
  const script = `<script id="page" type="application/json">${json}</script>`
  return template.replace('<!--app-->', () => html).replace('<!--page-->', () => script)
}
