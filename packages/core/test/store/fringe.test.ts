import { memoryStore } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { cacheStatus, html, openShop } from '../engine/harness.ts'

const BODY = 'x'.repeat(2_000)

describe('a flood of made-up paths (B7, I7)', () => {
  test('that answer 404 leaves every page where it is, though nobody asks for one meanwhile', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock, maxBytes: 2 * 1024 ** 2 })
    const shop = openShop({ clock, store, maxAge: 3_600, statusMaxAge: { 404: 3_600 } })
    for (let i = 0; i < 50; i++) await shop.render(`/page/${i}`, `<p>${BODY}`)
    for (let i = 0; i < 2_000; i++) await shop.render(`/made-up/${i}`, html(`<p>${BODY}`, {}, 404))
    for (let i = 0; i < 50; i++) expect(cacheStatus(await shop.get(`/page/${i}`))).toMatchObject({ hit: true })
    expect(store.bytes).toBeLessThan(2 * 1024 ** 2)
  })

  test('that cannot be shared leaves marks within the same share', async () => {
    const clock = fakeClock()
    const store = memoryStore({ clock, maxBytes: 1024 ** 2 })
    const shop = openShop({ clock, store })
    await shop.render('/page', `<p>${BODY}`)
    for (let i = 0; i < 500; i++) await shop.render(`/made-up/${i}`, html('<p>', { 'set-cookie': 'a=b' }))
    expect(store.marks).toBeGreaterThan(1)
    expect(store.bytes).toBeLessThan(1024 ** 2 / 16 + 10_000)
    expect(cacheStatus(await shop.get('/page'))).toMatchObject({ hit: true })
  })

  test('of what is no page, what is asked for stays, and one may stay however small the store', async () => {
    const clock = fakeClock()
    const shop = openShop({ clock, store: memoryStore({ clock, maxEntries: 32 }), statusMaxAge: { 404: 3_600 } })
    const gone = (path: string) => shop.render(path, html('<p>', {}, 404))
    await gone('/asked')
    await gone('/forgotten')
    await gone('/asked')
    await gone('/third')
    expect(cacheStatus(await gone('/asked'))).toMatchObject({ hit: true })
    expect(cacheStatus(await gone('/forgotten'))).toMatchObject({ fwd: 'uri-miss' })
    const tiny = openShop({ clock, store: memoryStore({ clock, maxBytes: 20_000 }), statusMaxAge: { 404: 3_600 } })
    await tiny.render('/gone', html('<p>', {}, 404))
    expect(cacheStatus(await tiny.get('/gone'))).toMatchObject({ hit: true })
  })
})
