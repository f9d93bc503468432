import morgan from 'morgan'
import { expect } from 'vitest'
import { arranged } from './arrangement.ts'
import { prove } from './prove.ts'

const FORMAT = ':remote-addr :method :url :status :res[cache-status]'

/** A log, and the middleware that writes it. */
function logged() {
  const lines: string[] = []
  return { lines, log: morgan(FORMAT, { stream: { write: (line) => void lines.push(line.trim()) } }) }
}

prove('morgan', {
  async above(express) {
    const { lines, log } = logged()
    await using shop = await arranged(express, { above: [log] })
    await shop.get('/')
    await shop.get('/?utm_source=mail')
    await shop.get('/', { 'if-none-match': '*' })
    await shop.ask('/', { method: 'HEAD' })
    expect(lines).toEqual([
      '127.0.0.1 GET / 200 ssr-cache; fwd=uri-miss; stored; ttl=60',
      '127.0.0.1 GET /?utm_source=mail 200 ssr-cache; hit; ttl=60',
      '127.0.0.1 GET / 304 ssr-cache; hit; ttl=60',
      '127.0.0.1 HEAD / 200 ssr-cache; hit; ttl=60',
    ])
  },

  async inside(express) {
    const { lines, log } = logged()
    await using shop = await arranged(express, { inside: [log] })
    await shop.get('/?utm_source=mail')
    await shop.get('/')
    expect(lines).toEqual(['- GET / 200 -'])
  },
})
