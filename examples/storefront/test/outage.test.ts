import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderedBy, ShopProcess } from './shop-process.ts'

describe.each(['main', 'worker'])('while the API is down, with --render %s', (mode) => {
  let shop: ShopProcess
  beforeAll(async () => {
    shop = await ShopProcess.start({}, ['--render', mode])
  }, 60_000)
  afterAll(() => shop?.stop())

  it('pages that are kept go on, any other is an error that nobody stores or indexes, and the shop still stops cleanly (R43)', async () => {
    const before = renderedBy(await (await shop.get('/movies/inception')).text())
    process.kill(shop.apiPid, 'SIGKILL')

    const kept = await shop.get('/movies/inception')
    expect(kept.status).toBe(200)
    expect(renderedBy(await kept.text())).toBe(before)

    const other = await shop.get('/movies/memento')
    expect(other.status).toBe(503)
    expect(other.headers.get('cache-control')).toBe('no-store')
    expect(other.headers.get('retry-after')).toBe('5')
    expect(other.headers.get('x-robots-tag')).toBe('noindex')
    expect(await other.text()).toContain('Back in a moment')

    expect(shop.output).toContain('The API has ended (signal SIGKILL)')
    expect((await shop.stop()).code).toBe(0)
  })
})
