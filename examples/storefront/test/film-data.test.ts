import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { readFilms } from '../src/api/film-data.ts'
import { slugOf, uniqueSlugs } from '../src/api/slug.ts'

const films = readFilms()

describe('the films of vega-datasets', () => {
  it('are 3,201, each at an address of its own', () => {
    expect(films).toHaveLength(3201)
    expect(new Set(films.map((film) => film.slug)).size).toBe(3201)
    expect(films.filter((film) => encodeURIComponent(film.slug) !== film.slug)).toEqual([])
  })

  it('have a title each, also where the data set has a number or nothing', () => {
    expect(films.find((film) => film.slug === '1776')?.title).toBe('1776')
    expect(films.find((film) => film.slug === 'untitled')?.title).toBe('Untitled film no. 3054')
    expect(films.filter((film) => film.title.trim() === '')).toEqual([])
  })

  it('are told apart by the year where titles are alike', () => {
    const alike = films.filter((film) => film.title === 'Casino Royale').map((film) => film.slug)
    expect(alike).toEqual(['casino-royale-1967', 'casino-royale-2006'])
  })

  it('stand on a shelf each, and 1,331 of them without a director', () => {
    expect(films.filter((film) => film.genre.slug === 'unsorted')).toHaveLength(275)
    expect(films.filter((film) => film.director === null)).toHaveLength(1331)
  })

  it('were all released by 2011: later years in the data set are a century late', () => {
    expect(films.find((film) => film.title === 'Gone with the Wind')?.releaseDate).toBe('1939-12-15')
    expect(Math.max(...films.map((film) => film.year))).toBe(2011)
  })

  it('have the letters that were meant', () => {
    expect(films.find((film) => film.slug === 'leon')?.title).toBe('Léon')
    expect(films.find((film) => film.slug === 'deja-vu')?.title).toBe('Déjà Vu')
  })
})

describe('slugs', () => {
  const anyFilms = fc
    .array(
      fc.record({
        title: fc.option(fc.oneof(fc.string(), fc.constantFrom('A', 'a 1999', 'A 1999 2'))),
        year: fc.constantFrom(1999, 2000),
      }),
    )
    .map((rows) => rows.map((row, index) => ({ ...row, id: index + 1 })))

  test.prop([anyFilms])('are unique whatever the films are called', (rows) => {
    expect(new Set(uniqueSlugs(rows)).size).toBe(rows.length)
  })

  test.prop([fc.string({ unit: 'grapheme' })])('are their own slugs', (text) => {
    expect(slugOf(slugOf(text))).toBe(slugOf(text))
  })

  it('keep letters of every script', () => {
    expect(slugOf('羅生門 (Rashōmon)')).toBe('羅生門-rashomon')
  })
})
