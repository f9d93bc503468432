import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { markdownFiles, read, regenerated } from '../docs/documents.ts'
import { linksOf, targetOf } from './markdown-links.ts'

const files = markdownFiles()

describe.each(files)('%s', (file) => {
  test('says between its markers what the code says; `npm run docs` writes it anew', async () => {
    expect(read(file)).toBe(await regenerated(read(file)))
  })

  test('has no code that nobody runs: each sample comes from a file of examples/recipes', () => {
    const byHand = read(file).replace(/<!-- generated: [\s\S]*?<!-- \/generated -->/g, '')
    expect(byHand).not.toMatch(/^ *```(?:ts|tsx|js|jsx|mjs|typescript|javascript)\b/m)
  })

  test('links to files and headings that are there', () => {
    const relative = linksOf(read(file)).filter((url) => !/^[a-z]+:/.test(url))
    expect(relative.filter((url) => !targetOf(url, file).isThere)).toEqual([])
  })
})

test('finds broken links', () => {
  expect(targetOf('nowhere.md', 'README.md').isThere).toBe(false)
  expect(targetOf('#nothing', 'README.md').isThere).toBe(false)
  expect(targetOf('../../README.md#safety', 'packages/core/README.md').isThere).toBe(true)
})

test('refuses markers that ask for what is not there', async () => {
  const document = (marker: string) => regenerated(`<!-- generated: ${marker} -->\n<!-- /generated -->`)
  await expect(document('poem')).rejects.toThrow('"poem" is no generator')
  await expect(document('sample quick-start.ts#nothing')).rejects.toThrow('no such region')
  await expect(document('options NoSuchOptions')).rejects.toThrow('NoSuchOptions')
})

test.each(readdirSync('packages'))('the README of packages/%s begins with its name and leads back', (name) => {
  const file = `packages/${name}/README.md`
  expect(existsSync(file)).toBe(true)
  expect(read(file)).toMatch(new RegExp(`^# @ssr-cache/${name}\n`))
  expect(read(file)).toContain('](../../README.md')
})
