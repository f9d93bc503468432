import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asked, Reply } from '../serve.ts'

/** A request, and the answer that it must get. */
export interface Exchange {
  readonly title: string
  readonly path: string
  readonly asked: Asked
  /** The status, the fields in alphabetical order, an empty line, the body. */
  readonly answer: string
}

/** The exchanges of a file, in its order. */
export function exchangesOf(name: string): readonly Exchange[] {
  const [, ...parts] = readFileSync(join(import.meta.dirname, name), 'utf8').split(/^### /m)
  return parts.map(exchange)
}

function exchange(text: string): Exchange {
  const [request = '', ...answer] = text.split('\n\n')
  const [title = '', line = '', ...fields] = request.split('\n')
  const [method = '', path = ''] = line.split(' ')
  const headers = Object.fromEntries(fields.map((field) => field.split(': ')))
  // As a browser that navigates sends them.
  const asked = { method, headers: { host: 'shop.example', accept: 'text/html', ...headers } }
  return { title, path, asked, answer: answer.join('\n\n').trim() }
}

/** What belongs to one connection, to the time, or to the framework that answers by itself. */
const NOT_COMPARED: ReadonlySet<string> = new Set([
  'connection',
  'date',
  'keep-alive',
  'transfer-encoding',
  'x-powered-by',
])

/** A reply as exchanges have it. */
export function written({ status, headers, text }: Reply): string {
  const isCaches = /^ssr-cache; (?:hit|fwd=(?:uri-)?miss|fwd=stale)/.test(String(headers['cache-status']))
  const lines = Object.keys(headers)
    .filter((name) => !NOT_COMPARED.has(name) && (name !== 'content-length' || isCaches))
    .sort()
    .map((name) => `${name}: ${String(headers[name])}`)
  return [status, ...lines, '', text].join('\n').trim()
}
