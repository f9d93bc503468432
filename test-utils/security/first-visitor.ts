import { connect } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { expect } from 'vitest'
import { isHit } from '../hit.ts'
import { Markers } from '../markers.ts'
import type { Asked, Reply, Site } from '../serve.ts'

/** A site whose pages can be asked for like a browser does. */
export interface Shop extends Site {
  get(path: string, headers?: Asked['headers']): Promise<Reply>
}

/** Sends header lines byte by byte, as no client library would, and gives the whole answer as text. */
export function sendRaw(
  { port, host }: Pick<Site, 'port' | 'host'>,
  path: string,
  lines: readonly string[],
  body = '',
): Promise<string> {
  const head = [`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Accept: text/html', 'Connection: close', ...lines]
  const socket = connect(port, '127.0.0.1')
  socket.end(Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1'))
  return textOf(socket).catch(() => 'cut off')
}

/** Whether an answer was a page for all. */
export function isShared(answer: string): boolean {
  return /^cache-status: ssr-cache; (?:hit|fwd=uri-miss)/im.test(answer)
}

/** The ways by which something of the first visitor reached two who came with nothing. Fails where the second of them found no page kept for all. */
export async function leaksOf(shop: Shop, path: string, markers: Markers): Promise<readonly string[]> {
  const replies = [await shop.get(path), await shop.get(path)]
  expect(isHit(replies[1] as Reply), path).toBe(true) // there are two
  return markers.found(replies.map(({ rawHeaders, text }) => `${rawHeaders.join('\n')}\n${text}`).join('\n'))
}

/** Header lines of one name that hold a marker. */
export type Form = (marker: string, name: string) => readonly string[]

/** A first visitor with header fields of many names. */
export class Probe {
  readonly #shop: Shop
  readonly #form: Form
  #pages = 0
  /** The names whose visitor was refused, or answered alone. */
  readonly alone: string[] = []

  constructor(shop: Shop, form: Form) {
    this.#shop = shop
    this.#form = form
  }

  /** The names that leak, sent some at a time: Node takes 16 KB of header section. */
  async leaks(names: readonly string[], atOnce: number): Promise<readonly string[]> {
    const leaks: string[] = []
    for (let at = 0; at < names.length; at += atOnce) leaks.push(...(await this.#send(names.slice(at, at + atOnce))))
    return leaks
  }

  /** Where they are together no request for a page of all, in halves, to find those that make it so. */
  async #send(names: readonly string[]): Promise<readonly string[]> {
    const path = `/page-${this.#pages++}`
    const markers = new Markers()
    const lines = names.flatMap((name) => this.#form(markers.mark(name), name))
    const answer = await sendRaw(this.#shop, path, lines)
    if (isShared(answer)) return [...markers.found(answer), ...(await leaksOf(this.#shop, path, markers))]
    const middle = Math.ceil(names.length / 2)
    if (names.length > 1)
      return [...(await this.#send(names.slice(0, middle))), ...(await this.#send(names.slice(middle)))]
    this.alone.push(...names)
    return leaksOf(this.#shop, path, markers)
  }
}
