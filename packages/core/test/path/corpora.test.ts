import { describe, expect, it } from 'vitest'
import { createPathMapper, type PathMapper } from '../../src/path/index.ts'
import { corporaMissing, distinctRealUrls, hostileLines, spellings, tabledTexts, urlsWith } from '../corpora.ts'
import { expectDistinctPages, expectFilesAndFoldersApart, type FiledPage, filedPages } from './distinct-files.ts'
import { unsafeReason } from './file-systems.ts'
import { orRefused, pathOrRefused } from './refusals.ts'

const shop = createPathMapper({ origin: 'https://shop.example' })
const hosts = createPathMapper({ hostFolders: true, extension: '.htm' })
const MAPPERS: readonly (readonly [what: string, mapper: PathMapper])[] = [
  ['of one site', shop],
  ['of many hosts', hosts],
]

/** The pages of `urls` that are not refused by name. Fails where one leaves the folder, is not found again, or shares its file with another. */
function expectSafe(mapper: PathMapper, urls: Iterable<string>): readonly FiledPage[] {
  const pages = filedPages(mapper, urls)
  for (const { path, canonical } of pages) {
    const unsafe = unsafeReason(path)
    if (unsafe !== undefined) expect.fail(`${canonical} is at ${path}: ${unsafe}`)
    if (mapper.toUrl(path) !== canonical) expect.fail(`${canonical} is not found again at ${path}`)
  }
  expectDistinctPages(pages)
  expectFilesAndFoldersApart(pages.map(({ path }) => path))
  return pages
}

describe.skipIf(corporaMissing)('input that nobody here wrote (needs the corpora)', () => {
  it.each(MAPPERS)(
    'no line of any hostile list, in any spelling and place of a URL, leaves the folder %s or meets another: it has a file of its own, or is refused by name (M1, M2, M3, M4)',
    (_, mapper) => {
      const urls = new Set(hostileLines().flatMap(spellings).flatMap(urlsWith))
      expect(urls.size).toBeGreaterThan(70_000)
      expect(expectSafe(mapper, urls).length).toBeGreaterThan(25_000)
    },
    120_000,
  )

  it.each(MAPPERS)(
    'nor does any text of the URL tables of browsers and of normalizers, %s (M1, M2, M3, M4)',
    (_, mapper) => {
      const urls = new Set(tabledTexts().flatMap(urlsWith))
      expect(urls.size).toBeGreaterThan(50_000)
      expect(expectSafe(mapper, urls).length).toBeGreaterThan(10_000)
    },
    120_000,
  )

  it('no hostile text taken for a file leads to a page, unless that page lies there (M3, M4)', () => {
    const files = hostileLines().flatMap((line) => [
      line,
      `${line}.html`,
      `a/${line}/index.html`,
      `${line.toLowerCase()}.html`,
    ])
    for (const path of files) {
      const url = orRefused(() => shop.toUrl(path))
      if (url !== undefined && shop.toPath(url) !== path) expect.fail(`${path} is read as ${url}`)
    }
  })

  it('each of 47,853 real URLs gets a file that it is found by, but for the 81 of no valid host (M1, M2, M3, M4)', () => {
    const urls = distinctRealUrls()
    expect(urls).toHaveLength(47_853)
    const sent = urls.map((url) => url.split('#')[0] as string) // a split gives at least one; a fragment is never sent
    const homeless = sent.filter((url) => pathOrRefused(hosts, url) === undefined)
    expect(homeless).toHaveLength(81)
    expect(homeless.filter((url) => !/^https:\/\/(?:"|$)/.test(url))).toEqual([])
    // 18 differ from another in their fragment alone.
    expect(expectSafe(hosts, sent)).toHaveLength(47_853 - 81 - 18)
    // On one site those of no valid host have a file too.
    const targets = sent.map((url) => `/${url.split('/').slice(3).join('/')}`)
    expect(targets.filter((target) => pathOrRefused(shop, target) === undefined)).toEqual([])
    expectSafe(shop, targets)
  }, 120_000)
})
