import { createRenderCache, memoryStore } from '@ssr-cache/core'
import { collectGarbage } from '../garbage.ts'
import type { BarRule } from './bar.ts'
import type { Part } from './part.ts'
import { PEERS, type Peer } from './peers.ts'
import type { LineSamples } from './samples.ts'
import { HOST, targetOf } from './shop.ts'

/** Of those that the store holds, peers hold one in five: what they take a page does not depend on the number, and unjoined strings take much. */
const PEER_SHARE = 5
const KB = 1024
const PAGE_BYTES = 30 * KB
const MOST_KB = 36

/** What 10,000 pages of 30 KB take, made as template engines and compressors make them. */
export const memoryPart: Part = {
  name: 'memory',
  about: 'what 10,000 pages of 30 KB take, by the count of the store and in the process',
  async measure({ pages }) {
    const lines: LineSamples[] = []
    for (const { name, page } of KINDS) lines.push(...(await linesOfStore(name, page, pages)))
    for (const peer of PEERS) {
      for (const { name, page } of KINDS) lines.push(await lineOfPeer(peer, name, page, Math.ceil(pages / PEER_SHARE)))
    }
    const note =
      'KB (of 1,024 bytes) a page, of which 30 are the page; nobody has asked for an encoded form of it yet, which would come on top (the part `encoded` has these). Heap and buffers are counted after garbage is collected; resident is what the system says of the process, and is asked of the store alone, which comes first: what a process once had it does not give back. Other caches hold 2,000 pages, as they are given them; apicache keeps what goes through a server and is left out.'
    return [{ title: '10,000 pages of 30 KB in memory', note, unit: 'KB a page', lines }]
  },
}

type MakePage = (id: number) => string | Uint8Array

const KINDS: readonly { readonly name: string; readonly page: MakePage }[] = [
  { name: 'strings, concatenated', page: concatenated },
  { name: 'slices of 64 KB buffers', page: sliceOfLarger },
]

/** A page as a template engine leaves it: a tree of thousands of small strings that nobody has joined yet. */
export function concatenated(id: number): string {
  let page = `<!doctype html><title>Page ${id}</title>`
  for (let item = 0; page.length < PAGE_BYTES - KB; item++) page += `<li>${item} of ${id}</li>`
  return page + ' '.repeat(PAGE_BYTES - page.length)
}

/** A page as zlib hands it out: the filled part of a 64 KB buffer. */
function sliceOfLarger(id: number): Uint8Array {
  return new Uint8Array(64 * KB).fill(65 + (id % 26)).subarray(0, PAGE_BYTES)
}

async function linesOfStore(kind: string, page: MakePage, pages: number): Promise<LineSamples[]> {
  const { holder, liveKb, residentKb } = await held(pages, async () => {
    const store = memoryStore({ maxBytes: 2 * pages * PAGE_BYTES })
    const cache = createRenderCache({ store, hosts: [HOST], maxAge: 86_400 })
    for (let id = 0; id < pages; id++) {
      const body = page(id)
      // A field that is cut out of the page, as a title is, must not hold the page either.
      const title = typeof body === 'string' ? body.slice(22, 38) : 'A page'
      const headers = { 'content-type': 'text/html; charset=utf-8', 'x-title': title }
      await cache.handle({ url: `https://${HOST}${targetOf(id)}` }, () => ({ headers, body }))
    }
    if (store.size !== pages) throw new Error(`expected all ${pages} pages to be kept, got ${store.size}.`)
    // With all that the cache remembers of them.
    return { store, cache }
  })
  return [
    lineOf(`memoryStore, ${kind}: its own count`, holder.store.bytes / pages / KB, {
      name: `memory of ${kind}, counted`,
      most: MOST_KB,
    }),
    lineOf(`memoryStore, ${kind}: heap and buffers`, liveKb, { name: `memory of ${kind}, held`, most: MOST_KB }),
    lineOf(`memoryStore, ${kind}: resident`, residentKb),
  ]
}

async function lineOfPeer(peer: Peer, kind: string, page: MakePage, pages: number): Promise<LineSamples> {
  const { liveKb } = await held(pages, async () => {
    let id = 0
    const read = peer.make(async () => ({ status: 200, body: page(id) }), pages)
    for (; id < pages; id++) await read(targetOf(id))
    return read
  })
  return lineOf(`${peer.name}, ${kind}: heap and buffers`, liveKb)
}

export interface Held<T> {
  readonly holder: T
  readonly liveKb: number
  readonly residentKb: number
}

/** What a process holds more once that is done. */
export async function held<T>(pages: number, fill: () => Promise<T>): Promise<Held<T>> {
  const before = await memory()
  const holder = await fill()
  const after = await memory()
  return {
    holder,
    liveKb: (after.live - before.live) / pages / KB,
    residentKb: (after.resident - before.resident) / pages / KB,
  }
}

async function memory() {
  await collectGarbage()
  const { heapUsed, external, rss } = process.memoryUsage()
  // Buffers are among what is external.
  return { live: heapUsed + external, resident: rss }
}

export function lineOf(name: string, kb: number, bar?: BarRule): LineSamples {
  return { name, figures: {}, ratios: [kb], ...(bar === undefined ? {} : { bar }) }
}
