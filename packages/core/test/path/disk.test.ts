import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPathMapper, type PathMapper, type PathMapperOptions } from '../../src/path/index.ts'
import { corporaMissing, distinctRealUrls, hostileLines, spellings, tabledTexts } from '../corpora.ts'
import { anyOrigin, anyTarget } from './arbitraries.ts'
import { FOLDINGS } from './file-systems.ts'
import { pathOrRefused } from './refusals.ts'

/** Bytes of a page's path that the platform's own limit leaves, which counts the folder too: PATH_MAX is 4096 on Linux, and 1024 on macOS. */
const LONGEST = process.platform === 'linux' ? 3_900 : 900

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssr-cache-pages-'))
})
// Side by side: half the time of one after the other.
afterAll(() => rm(folder, { recursive: true }), 300_000)

/** Writes a page for each of `urls` that has a path which fits, with its canonical URL as its text; gives the spelling that each page was asked for by. */
function write(mapper: PathMapper, urls: Iterable<string>, into: string): ReadonlyMap<string, string> {
  const pages = new Map<string, string>()
  const folders = new Set<string>()
  for (const url of urls) {
    const path = pathOrRefused(mapper, url)
    if (path === undefined || path.length > LONGEST) continue
    const file = join(into, path)
    if (!folders.has(dirname(file))) mkdirSync(dirname(file), { recursive: true })
    folders.add(dirname(file))
    writeFileSync(file, mapper.canonical(url))
    pages.set(mapper.canonical(url), url)
  }
  writeFileSync(join(into, mapper.stampPath), mapper.stamp)
  return pages
}

/** Fails unless `reader` finds every one of `pages` in the folder, and nothing else lies there. */
function expectFound(reader: PathMapper, pages: ReadonlyMap<string, string>, into: string): void {
  reader.checkStamp(readFileSync(join(into, reader.stampPath), 'utf8'))
  for (const [canonical, url] of pages) {
    if (readFileSync(join(into, reader.toPath(url)), 'utf8') !== canonical) expect.fail(`${url} is another page`)
  }
  const found = filesBelow(into).filter((path) => path !== reader.stampPath)
  expect(found.map((path) => reader.toUrl(path)).sort()).toEqual([...pages.keys()].sort())
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

/** The folder that a test writes into. */
function folderOf(name: string): string {
  const into = join(folder, name)
  mkdirSync(into)
  return into
}

const ONE_SITE = { origin: 'https://shop.example' }
const MANY_HOSTS = { hostFolders: true }

describe('on a real disk', () => {
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

  it.each<[string, PathMapperOptions, readonly string[]]>([
    ['of one site', ONE_SITE, ['']],
    ['of many hosts', MANY_HOSTS, fc.sample(anyOrigin, { numRuns: 500, seed: 20_26 })],
  ])(
    'a reader finds every page %s that a writer wrote, and only those (M1, M4, R53, R54)',
    (name, options, origins) => {
      const into = folderOf(name)
      const targets = fc.sample(anyTarget, { numRuns: 500, seed: 20_26 })
      const urls = [
        ...TOGETHER.map((target) => `https://shop.example${target}`),
        ...targets.map((target, at) => `${origins[at % origins.length]}${target}`),
      ]
      const pages = write(createPathMapper(options), urls, into)
      expect(pages.size).toBeGreaterThan(250)
      expectFound(createPathMapper(options), pages, into)
    },
  )

  it('pages whose URLs differ in letter case or Unicode form only lie side by side, whatever the disk makes of these (M2)', () => {
    const into = folderOf('case')
    const mapper = createPathMapper()
    const words = ['a', 'movie', 'con', 'index', 'layout', 'é', 'ß', 'ſ', 'K', 'İ', 'ǆ', 'Å', 'ﬁ', '가']
    const forms = words.flatMap((word) => [
      word,
      word.toLowerCase(),
      word.toUpperCase(),
      word.charAt(0).toUpperCase() + word.slice(1),
      word.normalize('NFD'),
      word.normalize('NFKC').toLowerCase(),
    ])
    const places = (form: string): string[] => [`/${form}`, `/${form}/`, `/x/${form}/y`, `/x?q=${form}`]
    const pages = write(mapper, forms.flatMap(places), into)
    expect(pages.size).toBe(new Set(forms).size * 4)
    expectFound(mapper, pages, into)
    const names = filesBelow(into)
    for (const [, fold] of FOLDINGS) expect(new Set(names.map(fold)).size).toBe(names.length)
  })

  it('names of every length up to the longest that a disk takes are written, and read back (M3, M4)', () => {
    const into = folderOf('long')
    const mapper = createPathMapper()
    const lengths = [...Array.from({ length: 60 }, (_, more) => 200 + more), 439, 440, 441, 660, 880]
    const urls = lengths.flatMap((length) =>
      ['x', 'X', 'é', '.'].flatMap((letter) => {
        const long = letter.repeat(length)
        return [`/${long}`, `/${long}/`, `/${long}/x`, `/a?${long}`]
      }),
    )
    const pages = write(mapper, urls, into)
    expect(pages.size).toBeGreaterThan(900)
    expectFound(mapper, pages, into)
  })

  it.skipIf(corporaMissing)(
    'every page that hostile lists, URL tables and a quarter of the real URLs name is written, and read back by another (M1, M2, M3, M4; needs the corpora)',
    () => {
      const into = folderOf('corpora')
      const hostile = hostileLines().flatMap(spellings)
      const tabled = tabledTexts()
      // One place of a URL each, and a quarter of the real ones: all of them are 85,000 files and folders, which take 40 s of the system's time, most of it to remove.
      const urls = [
        ...hostile.map((line) => `https://shop.example/${line}`),
        ...tabled,
        ...tabled.map((text) => `https://shop.example/x?${text}`),
        ...distinctRealUrls().filter((_, at) => at % 4 === 0),
      ]
      const pages = write(createPathMapper(MANY_HOSTS), urls, into)
      expect(pages.size).toBeGreaterThan(20_000)
      expectFound(createPathMapper(MANY_HOSTS), pages, into)
    },
    300_000,
  )
})
