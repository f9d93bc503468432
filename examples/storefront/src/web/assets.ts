import { fileURLToPath } from 'node:url'
import { presets } from '@ssr-cache/core/cache-control'
import express, { type RequestHandler } from 'express'

/** Written into the bundle by build.ts: the URLs of what it has just built. */
declare const ASSETS: { readonly script: string; readonly style: string }

export const assets: typeof ASSETS = ASSETS

/** Names that hold a hash of the content change with the content: whoever has such a file need never ask again. */
export function serveAssets(): RequestHandler {
  const folder = fileURLToPath(new URL('../client', import.meta.url))
  return express.static(folder, {
    index: false,
    redirect: false,
    cacheControl: false,
    setHeaders: (response) => void response.setHeader('cache-control', presets.immutableAsset),
  })
}
