import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPathMapper } from '../../src/path/index.ts'
import { anyTarget } from './arbitraries.ts'
import { expectDistinctFiles, expectFilesAndFoldersApart, lookAlikes } from './distinct-files.ts'
import { FOLDINGS } from './file-systems.ts'
import { pathOrRefused } from './refusals.ts'

const mapper = createPathMapper()
const shop = createPathMapper({ origin: 'https://shop.example' })
const hosts = createPathMapper({ hostFolders: true, extension: '.htm' })

describe('distinct URLs, distinct files', () => {
  const TOGETHER = [
    ['/a/b', '/a__b', '/a--b', '/a!b', '/a%2Fb', '/a%5Cb', '/a\\b', '/a!2fb', '/a_2fb'],
    ['/x?y', '/x++y', '/x%3Fy', '/x!3fy', '/x?y=', '/x?', '/x??y', '/x?%3Fy', '/x/?y', '/x?y.html', '/x.html?y'],
    [
      '/a',
      '/a/',
      '/a/index.html',
      '/a/index',
      '/a/index/',
      '/a.html',
      '/a.htm',
      '/a.html/',
      '/a.html/b',
      '/a/b',
      '/a/b/',
      '/a//b',
      '/a//',
    ],
    ['/', '//', '///', '/index', '/index.html', '/index/', '/index/index', '/index.html/', '/?', '/?index', '/index?'],
    ['/a', '/A', '/!a', '/%21a', '/!!a', '/%a1', '/!a1', '/!!a1'],
    [
      '/é',
      '/e\u0301',
      '/É',
      '/e',
      '/%E9',
      '/%C3%A9',
      '/!!c3!!a9',
      '/%25C3%25A9',
      '/K',
      '/\u212a',
      '/k',
      '/ſ',
      '/s',
      '/ß',
      '/ss',
      '/ﬁ',
      '/fi',
    ],
    ['/con', '/CON', '/Con', '/!63on', '/con.html', '/con/', '/con.', '/con%20', '/co%6E/x', '/con:'],
    ['/a.', '/a', '/a..', '/a%20', '/a+', '/a%2E%20', '/a/%20', '/a!2e'],
    ['/x?a=1&b=2', '/x?a=1%26b=2', '/x?a=1;b=2', '/x?a=1&b=2&b=3', '/x?a=1&b=3&b=2', '/x?a=1/b=2', '/x?a=1%2Fb=2'],
    ['/progra~1', '/progra%7e1x', '/progra!7e1', '/program-files'],
    ['/layout.json', '/layout!.json', '/layout%21.json', '/layout'],
  ]
  it.each(TOGETHER)('keeps %s and its look-alikes apart, side by side on every disk (M1, M2)', (...urls) => {
    const canonical = new Set(urls.map(mapper.canonical))
    const paths = [...canonical].map(mapper.toPath)
    for (const [, fold] of FOLDINGS) expect(new Set(paths.map(fold)).size).toBe(canonical.size)
    expectFilesAndFoldersApart(paths)
  })

  it.each([
    ['without hosts', mapper, ''],
    ['of one site', shop, 'https://shop.example'],
    ['in host folders', hosts, 'http://shop.example:81'],
  ] as const)(
    'keeps any two URLs %s apart, also where letter case and Unicode form do not count (M1, M2)',
    (_, of, prefix) => {
      fc.assert(
        fc.property(fc.array(anyTarget, { minLength: 1, maxLength: 4 }), (targets) => {
          const urls = targets.flatMap(lookAlikes).map((target) => prefix + target)
          expectDistinctFiles(of, urls)
          expectFilesAndFoldersApart(urls.flatMap((url) => pathOrRefused(of, url) ?? []))
        }),
      )
    },
  )

  it('keeps the pages of different hosts, ports and schemes apart (M1)', () => {
    const origins = [
      'https://a',
      'http://a',
      'https://a:80',
      'http://a:443',
      'https://http:8080',
      'http://8080',
      'https://a.b',
      'https://a-b',
    ]
    expectDistinctFiles(hosts, [
      ...origins.map((origin) => `${origin}/x`),
      'https://index/x',
      'https://a/b/x',
      'https://con/x',
      'https://[::1]/x',
    ])
    expect(hosts.toPath('https://shop.example/a.b')).toBe('shop.example/a!2eb.htm')
    expect(hosts.toPath('HTTP://localhost:3000/')).toBe('http@localhost!3a3000/index.htm')
  })
})
