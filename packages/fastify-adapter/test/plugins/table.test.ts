import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ORDER } from './order.ts'

const tests = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.test.ts'))

test.each(Object.keys(ORDER))('every row of %s is a test, in a file of that name', (name) => {
  const file = `${name.replace('@fastify/', '')}.test.ts`
  expect(tests).toContain(file)
  expect(readFileSync(join(import.meta.dirname, file), 'utf8')).toContain(`prove('${name}', {`)
})

test.each(Object.entries(ORDER))('%s has one place where it belongs', (_, rows) => {
  expect(Object.values(rows).filter((row) => 'best' in row)).toHaveLength(1)
})
