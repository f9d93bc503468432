import { describe, expect, test } from 'vitest'
import { filmEditSchema } from '../src/api/film-edit.ts'

const schema = filmEditSchema(['Drama', 'Comedy'])

describe('what an editor may change', () => {
  test.each([
    [{ title: 'Another title' }],
    [{ director: null, genre: 'Drama' }],
    [{ priceCents: 99, offer: { priceCents: 49, endsAt: '2030-01-31T23:00:00Z' } }],
  ])('%j is taken', (edit) => {
    expect(schema.parse(edit)).toEqual(edit)
  })

  test.each([
    ['nothing at all', {}],
    ['no object', null],
    ['a field that there is not', { titel: 'A typing error' }],
    ['a title without a letter or digit', { title: '…' }],
    ['a genre that there is not', { genre: 'Cooking' }],
    ['a price in text', { priceCents: '99' }],
    ['an offer without an end', { offer: { priceCents: 1 } }],
  ])('%s is refused', (_, edit) => {
    expect(schema.safeParse(edit).success).toBe(false)
  })
})
