// A module that the first thread loads at once, and no later one ever: `?` and the path of a file by which they know.
import { existsSync, writeFileSync } from 'node:fs'
import type { WorkerInput } from '@ssr-cache/core'

const seen = decodeURIComponent(new URL(import.meta.url).search.slice(1))
if (existsSync(seen)) await new Promise(() => setInterval(() => {}, 1_000))
writeFileSync(seen, '')

export default function render({ request }: WorkerInput): Response {
  if (request.url.endsWith('/exit')) process.exit(6)
  return new Response('home', { headers: { 'content-type': 'text/html' } })
}
