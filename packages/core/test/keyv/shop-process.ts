// A small shop whose pages lie in the SQLite file that is named first, as a process of its own: `/a` visits, `purge:a` purges by tag. It prints what came of
// the visits, and ends when nothing runs behind them any more.
import { KeyvSqlite } from '@keyv/sqlite'
import { createRenderCache } from '@ssr-cache/core'
import { keyvStore } from '@ssr-cache/core/keyv'
import { Keyv } from 'keyv'

const [file, ...steps] = process.argv.slice(2)
const keyv = new Keyv(new KeyvSqlite(`sqlite://${file}`))
const cache = createRenderCache({
  store: keyvStore(keyv),
  // What is tried here is what it keeps, on a machine that does much else.
  storeTimeoutMs: 10_000,
  write: 'before',
  hosts: ['shop.example'],
  routes: [{ match: '/:page', tags: ({ page }) => [String(page)] }],
})
let renders = 0
const ask = cache.fetch(() => {
  return new Response(`${process.pid}/${++renders}`, { headers: { 'content-type': 'text/html' } })
})

const visits: unknown[] = []
for (const step of steps) {
  if (step.startsWith('purge:')) await cache.purge({ tags: [step.slice('purge:'.length)] })
  else visits.push(await visit(step))
}
await cache.close()
await keyv.disconnect()
console.log(JSON.stringify({ pid: process.pid, visits }))

async function visit(path: string): Promise<unknown> {
  const answer = await ask(new Request(`https://shop.example${path}`, { headers: { accept: 'text/html' } }))
  return { rendered: await answer.text(), status: answer.headers.get('cache-status') }
}
