import { expect, test } from 'vitest'
import { isStrategy } from '../../src/rules/strategy.ts'

test.each<[unknown, boolean]>([
  ['always', true],
  ['never', true],
  ['default', true],
  ['Always', false],
  ['', false],
  [true, false],
  [undefined, false],
])('%s names a strategy: %s (O6)', (value, names) => {
  expect(isStrategy(value)).toBe(names)
})
