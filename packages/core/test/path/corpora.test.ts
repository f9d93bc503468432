import { describe, expect, it } from 'vitest'
import { createPathMapper } from '../../src/path/index.ts'
import { sharedFile } from '../shared-data.ts'
import { expectDistinctFiles } from './distinct-files.ts'
import { unsafeReason } from './file-systems.ts'
import { pathOrRefused } from './refusals.ts'

const mapper = createPathMapper()
const hosts = createPathMapper({ hostFolders: true })

const HOSTILE_LISTS = [
  'blns',
  'fuzzdb-NullByteRepresentations',
  'fuzzdb-crlf-injection',
  'fuzzdb-hpp',
  'fuzzdb-invalid-filenames-linux',
  'fuzzdb-invalid-filenames-microsoft',
  'fuzzdb-invalid-filesystem-chars-microsoft',
  'fuzzdb-invalid-filesystem-chars-osx',
  'fuzzdb-naughty-unicode',
  'fuzzdb-traversals-8-deep-exotic-encoding',
  'patt-Windows-files',
  'patt-directory_traversal',
]

/** A line of hostile text as a path and as a query, as it stands and percent-encoded. */
function urlsOf(line: string): string[] {
  const encoded = encodeURIComponent(line)
  return [line.startsWith('/') ? line : `/${line}`, `/x?q=${line}`, `/${encoded}`, `/x?${encoded}`]
}

describe('corpora', () => {
  const real = sharedFile('url-corpora/ada-datasets/kasztp.txt')
  it.skipIf(real.missing)(
    '48,000 real URLs get files of their own and are found again (M1, M2, M3, M4; needs the URL corpora)',
    () => {
      const owner = new Map<string, string>()
      for (const url of real.lines()) {
        const path = pathOrRefused(hosts, url.split('#')[0] as string)
        if (path === undefined) continue
        const canonical = hosts.toUrl(path)
        expect(unsafeReason(path)).toBeUndefined()
        expect(owner.get(path.toLowerCase()) ?? canonical).toBe(canonical)
        owner.set(path.toLowerCase(), canonical)
      }
      expect(owner.size).toBeGreaterThan(40_000)
    },
  )

  for (const name of HOSTILE_LISTS) {
    const list = sharedFile(`hostile-input/${name}.txt`)
    it.skipIf(list.missing)(
      `no line of ${name} leaves the folder or meets another (M1, M2, M3, M4; needs the hostile corpora)`,
      () => {
        const urls = list.lines().flatMap(urlsOf)
        for (const url of urls) {
          const path = pathOrRefused(mapper, url)
          if (path === undefined) continue
          expect(unsafeReason(path)).toBeUndefined()
          expect(mapper.toUrl(path)).toBe(mapper.canonical(url))
        }
        expectDistinctFiles(mapper, urls)
      },
    )
  }

  const wpt = sharedFile('url-corpora/wpt/urltestdata.json')
  it.skipIf(wpt.missing)(
    'every URL of the web platform tests is mapped and found again, or refused (M3, M4; needs the URL corpora)',
    () => {
      const cases = (wpt.json() as unknown[]).filter((item) => typeof item === 'object') as {
        input: string
        href?: string
      }[]
      for (const url of cases.flatMap(({ input, href }) => [input, href ?? '', `https://a.example/${input}`])) {
        const path = pathOrRefused(hosts, url)
        if (path === undefined) continue
        expect(unsafeReason(path)).toBeUndefined()
        expect(hosts.toUrl(path)).toBe(hosts.canonical(url))
      }
    },
  )
})
