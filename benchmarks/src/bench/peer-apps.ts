import type { RequestListener } from 'node:http'
import express, { type Response } from 'express'
import { type KeptPage, PEERS, type PeerName } from './peers.ts'

/** Makes an app; `renderBytes` is how much a render has to hash. */
export type MakeApp = (renderBytes: number) => RequestListener | Promise<RequestListener>

/** As many pages of 30 KB as a `memoryStore` holds by default. */
const MOST_PAGES = 2_000

/** Apps with a middleware around each peer, as anybody would write it: the URL as it was sent is the key, and what is kept is sent. */
export function peerApps<Kind extends string>(
  kind: Kind,
  page: (renderBytes: number) => (url: string) => Promise<KeptPage>,
  send: (response: Response, page: KeptPage) => void,
): Readonly<Record<`${Kind}, ${PeerName}`, MakeApp>> {
  const apps = PEERS.map(({ name, make }) => {
    const app: MakeApp = (renderBytes) => {
      const read = make(page(renderBytes), MOST_PAGES)
      return express().use(async (request, response) => {
        send(response, (await read(request.url)) as KeptPage) // each URL has a page
      })
    }
    return [`${kind}, ${name}`, app] as const
  })
  return Object.fromEntries(apps) as Record<`${Kind}, ${PeerName}`, MakeApp> // one for each name
}
