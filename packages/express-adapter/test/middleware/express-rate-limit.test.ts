import { rateLimit } from 'express-rate-limit'
import { expect, vi } from 'vitest'
import { isHit } from '../versions.ts'
import { arranged, detailOf, PAGE } from './arrangement.ts'
import { prove } from './prove.ts'

function limit() {
  return rateLimit({ windowMs: 60_000, limit: 3, standardHeaders: 'draft-6', legacyHeaders: true })
}

prove('express-rate-limit', {
  async above(express) {
    await using shop = await arranged(express, { above: [limit()] })
    const replies = [await shop.get('/'), await shop.get('/'), await shop.get('/')]
    expect(replies.map(isHit)).toEqual([false, true, true])
    expect(replies.map(({ headers }) => headers['ratelimit-remaining'])).toEqual(['2', '1', '0'])
    expect(replies.map(({ headers }) => headers['x-ratelimit-remaining'])).toEqual(['2', '1', '0'])
    expect((await shop.get('/')).status).toBe(429)
  },

  async inside(express) {
    const warned = vi.spyOn(console, 'error').mockReturnValue()
    await using shop = await arranged(express, { inside: [limit()] })
    const replies = [await shop.get('/'), await shop.get('/'), await shop.get('/2'), await shop.get('/3')]
    expect(replies.map(isHit)).toEqual([false, true, false, false])
    for (const { headers } of replies) expect(headers['ratelimit-remaining']).toBeUndefined()
    expect(warned).toHaveBeenCalledWith(expect.objectContaining({ code: 'ERR_ERL_UNDEFINED_IP_ADDRESS' }))
    warned.mockRestore()

    const refused = await shop.get('/4')
    expect([refused.status, detailOf(refused)]).toEqual([429, 'status-429'])
    expect(refused.headers['cache-control']).toBe('no-store')
    // It is kept neither for those who come later nor in the place of a page.
    expect((await shop.get('/')).text).toBe(PAGE)
  },
})
