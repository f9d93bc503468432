// Half a second to load: at rest for `?waits`, and computing for `?computes`. Its page computes longer than the tests' graceMs.
import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkerInput } from '@ssr-cache/core'

if (import.meta.url.endsWith('?waits')) await sleep(500)
else compute(500)

export default function render({ request }: WorkerInput): Response {
  if (request.url.endsWith('/exit')) process.exit(6)
  compute(60)
  return new Response('home', { headers: { 'content-type': 'text/html' } })
}

function compute(ms: number): void {
  for (const until = Date.now() + ms; Date.now() < until; );
}
