import { plainContext } from '@ssr-cache/core/node'
import { expect, test } from 'vitest'

test.each<[string, object]>([
  ['an object', { country: 'de' }],
  ['an object without a prototype', Object.assign(Object.create(null), { country: 'de' })],
  ['no state at all', {}],
])('%s can be part of a key (A10)', (_, given) => {
  expect(plainContext(given)).toBe(given)
})

test.each<[string, unknown]>([
  ['a promise', Promise.resolve({})],
  ['nothing', undefined],
  ['null', null],
  ['text', 'de'],
  ['a list', ['de']],
  ['an object of a class', new Map([['country', 'de']])],
])('%s cannot: in a key it would be something else (A10)', (_, given) => {
  const refused = expect.objectContaining({
    code: 'ERR_SSR_CACHE_OPTION',
    message: expect.stringContaining('"context" must give a plain object at once, got '),
  })
  expect(() => plainContext(given)).toThrow(refused)
})
