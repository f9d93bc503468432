import { expect, test } from 'vitest'
import { brokenRender, wrongLength } from '../../src/engine/broken-render.ts'

test('a response that is no whole page is told by what is wrong with it, and where to look', () => {
  expect(wrongLength(99, 4)).toMatchObject({
    code: 'ERR_SSR_CACHE_RENDER',
    message:
      'ERR_SSR_CACHE_RENDER: the response of a render must be written to its end, and this one has a Content-Length of 99 and got 4 bytes. Look for an error on the way.',
  })
  expect('cause' in wrongLength(99, 4)).toBe(false)
})

test('what it broke off with is its cause', () => {
  const cause = new Error('the socket is gone')
  expect(brokenRender('was cut off', cause).cause).toBe(cause)
})
