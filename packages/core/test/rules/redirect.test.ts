import { describe, expect, test } from 'vitest'
import { isRedirect, restoredLocation } from '../../src/rules/redirect.ts'

test.each([
  [299, false],
  [300, true],
  [308, true],
  [399, true],
  [400, false],
])('%i leads to another page: %s (RFC 9110 15.4)', (status, expected) => {
  expect(isRedirect(status)).toBe(expected)
})

describe('the Location of a kept redirect, for one visitor (R66, DESIGN §8 Query)', () => {
  const PAGE = 'https://shop.example/old?b=1'

  test.each([
    ['a path', '/new', '/new?utm_source=x'],
    ['a path with a query', '/new?b=1', '/new?b=1&utm_source=x'],
    ['a path that ends in a question mark', '/new?', '/new?utm_source=x'],
    ['a path that ends in an ampersand', '/new?b=1&', '/new?b=1&utm_source=x'],
    ['only a fragment', '#part', '?utm_source=x#part'],
    ['a fragment', '/new#part', '/new?utm_source=x#part'],
    ['a question mark in the fragment', '/new#a?b', '/new?utm_source=x#a?b'],
    ['a relative path', 'new', 'new?utm_source=x'],
    ['only a query', '?c=1', '?c=1&utm_source=x'],
    ['the same host', 'https://shop.example/new', 'https://shop.example/new?utm_source=x'],
    ['the same host by another scheme', 'http://shop.example/new', 'http://shop.example/new?utm_source=x'],
    ['another host', 'https://pay.example/new', 'https://pay.example/new'],
    ['another port', 'https://shop.example:8443/new', 'https://shop.example:8443/new'],
    ['another host without a scheme', '//pay.example/new', '//pay.example/new'],
    ['no URL', 'https://', 'https://'],
  ])('%s', (_, location, expected) => {
    expect(restoredLocation(location, PAGE, 'utm_source=x')).toBe(expected)
  })

  test.each([
    ['the parameter itself', '/new?utm_source=x', '/new?utm_source=x&utm_term=y'],
    ['one of that name', '/new?utm_source=mail#part', '/new?utm_source=mail&utm_term=y#part'],
    ['one of that name, escaped', '/new?utm%5Fsource=mail', '/new?utm%5Fsource=mail&utm_term=y'],
    ['all of them', '/new?utm_term=a&utm_source=b', '/new?utm_term=a&utm_source=b'],
  ])('has no parameter twice: %s', (_, location, expected) => {
    expect(restoredLocation(location, PAGE, 'utm_source=x&utm_term=y')).toBe(expected)
  })

  test('puts back all that was dropped', () => {
    expect(restoredLocation('/new', PAGE, 'utm_source=x&utm_term=y')).toBe('/new?utm_source=x&utm_term=y')
  })

  test('nothing was dropped: nothing is put back', () => {
    expect(restoredLocation('/new', PAGE, '')).toBe('/new')
  })
})
