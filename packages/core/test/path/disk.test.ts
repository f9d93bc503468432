import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPathMapper, type PathMapper } from '../../src/path/index.ts'
import { anyOrigin, anyTarget } from './arbitraries.ts'

/** The platform's own limit counts the folder too (PATH_MAX is 1024 on macOS). */
const LONGEST = 900

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssr-cache-pages-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function write(mapper: PathMapper, urls: readonly string[], into: string): Map<string, string> {
  const pages = new Map<string, string>()
  for (const url of urls) {
    const path = mapper.toPath(url)
    if (path.length > LONGEST) continue
    mkdirSync(dirname(join(into, path)), { recursive: true })
    writeFileSync(join(into, path), mapper.canonical(url))
    pages.set(mapper.canonical(url), url)
  }
  writeFileSync(join(into, mapper.stampPath), mapper.stamp)
  return pages
}

function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) =>
      join(item.parentPath, item.name)
        .slice(root.length + 1)
        .replaceAll(sep, '/'),
    )
}

describe('on a real disk', () => {
  const fits = (mapper: PathMapper) => (url: string) => {
    try {
      return mapper.toPath(url).length <= LONGEST
    } catch {
      return false
    }
  }
  const TOGETHER = [
    '/a',
    '/a/',
    '/a/b',
    '/a/index.html',
    '/A',
    '//a',
    '/a?',
    '/a?b',
    '/a.html/b',
    '/con',
    '/nul/x',
    '/é',
    '/e\u0301',
    '/..%2fx',
    '/layout.json',
  ]

  it.each([
    ['of one site', createPathMapper({ origin: 'https://shop.example' }), ''],
    ['of many hosts', createPathMapper({ hostFolders: true }), undefined],
  ])('a reader finds every page %s that a writer wrote, and only those (M1, M4, R53, R54)', (name, writer, prefix) => {
    const into = join(folder, name)
    mkdirSync(into)
    const origin = prefix === undefined ? anyOrigin : fc.constant(prefix)
    const random = fc
      .sample(fc.tuple(origin, anyTarget), { numRuns: 500, seed: 20_26 })
      .map(([site, target]) => site + target)
    const urls = [...TOGETHER.map((target) => (prefix ?? 'https://shop.example') + target), ...random].filter(
      fits(writer),
    )
    const pages = write(writer, urls, into)
    expect(pages.size).toBeGreaterThan(250)

    const reader = createPathMapper(prefix === undefined ? { hostFolders: true } : { origin: 'https://shop.example' })
    reader.checkStamp(readFileSync(join(into, reader.stampPath), 'utf8'))
    for (const [canonical, url] of pages) expect(readFileSync(join(into, reader.toPath(url)), 'utf8')).toBe(canonical)
    const found = filesBelow(into).filter((path) => path !== reader.stampPath)
    expect(found.map((path) => reader.toUrl(path)).sort()).toEqual([...pages.keys()].sort())
  })
})
