import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPathMapper, type PathMapper } from '../../src/path/index.ts'
import { anyOrigin, anyTarget } from './arbitraries.ts'
import { expectDistinctFiles } from './distinct-files.ts'
import { unsafeReason } from './file-systems.ts'
import { codeOf, orRefused, pathOrRefused } from './refusals.ts'

const mapper = createPathMapper()
const shop = createPathMapper({ origin: 'https://shop.example' })
const hosts = createPathMapper({ hostFolders: true, extension: '.htm' })

describe('the layout', () => {
  // This table is layout version 1. A line that must change means another LAYOUT_VERSION.
  const LAYOUT: readonly (readonly [url: string, path: string])[] = [
    ['/', 'index.html'],
    ['/movies/the-matrix', 'movies/the-matrix.html'],
    ['/movies/the-matrix/', 'movies/the-matrix/index.html'],
    ['/movies/the-matrix/cast', 'movies/the-matrix/cast.html'],
    ['/genres/drama?page=2', 'genres/drama!3fpage=2.html'],
    ['/genres/drama/?page=2', 'genres/drama/index!3fpage=2.html'],
    ['/?q=a+b,c', 'index!3fq=a+b,c.html'],
    ['/@user/Matrix_(film)', '@user/!matrix_(film).html'],
    ['/about.html', 'about!2ehtml.html'],
    ['/.well-known/x', '!2ewell-known/x.html'],
    ['/caf%c3%a9', 'caf!!c3!!a9.html'],
    ['/café', 'caf!!c3!!a9.html'],
    ['/a%20b', 'a!!20b.html'],
    ['/index', '!69ndex.html'],
    ['/index/', '!69ndex/index.html'],
    ['/index.html', 'index!2ehtml.html'],
    ['/index-of-names', 'index-of-names.html'],
    ['//', 'index/index.html'],
    ['//a//b', 'index/a/index/b.html'],
    ['/con', '!63on.html'],
    ['/com1/nul?x', '!63om1/nul!3fx.html'],
    ['/com10/conx', 'com10/conx.html'],
    ['/CON', '!c!o!n.html'],
    ["/~a;b$c!d*e:f'g[h]", '!7ea!3bb!24c!21d!2ae!3af!27g!5bh!5d.html'],
    ['/x?a=/b?c', 'x!3fa=!2fb!3fc.html'],
    ['/%3F?%3F', '!!3f!3f!!3f.html'],
    ['/%2Fa', '!!2fa.html'],
  ]
  it.each(LAYOUT)('puts %s at %s, and finds the way back (R53, R54, R55, M4)', (url, path) => {
    expect(mapper.toPath(url)).toBe(path)
    expect(mapper.toUrl(path)).toBe(mapper.canonical(url))
  })

  it('gives writer and reader the same path for every spelling of a URL (R53, R54, R55)', () => {
    const spellings = ['/%7Eann/x?b=2&a=1', '/~ann/./x?a=1&&b=2', 'HTTPS://SHOP.example:443/y/../%7eann/x?b=2&a=1']
    const writer = createPathMapper({ origin: 'https://shop.example' })
    for (const url of spellings) expect(writer.toPath(url)).toBe('!7eann/x!3fa=1&b=2.html')
    expect(shop.toUrl('!7eann/x!3fa=1&b=2.html')).toBe('https://shop.example/~ann/x?a=1&b=2')
  })

  it('continues a long segment in a folder below, and finds the way back without a table (M3, M4)', () => {
    const url = `/films/${'very-long-title-'.repeat(30)}/cast?${'x'.repeat(300)}`
    const path = mapper.toPath(url)
    expect(unsafeReason(path)).toBeUndefined()
    expect(path.split('/').map((name) => name.length)).toEqual([5, 221, 221, 40, 221, 92])
    expect(mapper.toUrl(path)).toBe(url)
  })

  it.each([219, 220, 221, 222, 439, 440, 441])(
    'tells a segment of %i letters from its cut forms (M1, M4)',
    (length) => {
      const long = 'x'.repeat(length)
      const urls = [
        `/${long}`,
        `/${long}/`,
        `/${long}/x`,
        `/${'x'.repeat(220)}/${long.slice(220)}`,
        `/${long}?x`,
        `/${'%20'.repeat(length)}`,
      ]
      expectDistinctFiles(mapper, urls)
      for (const url of urls) expect(mapper.toUrl(mapper.toPath(url))).toBe(mapper.canonical(url))
    },
  )

  it('never makes a device name or the name of an empty segment by cutting a segment (M3, M4)', () => {
    for (const tail of ['con', 'nul', 'index', '.', '..', 'com1']) {
      for (const url of [`/${'x'.repeat(220)}${tail}`, `/${'x'.repeat(220)}${tail}/`, `/${'x'.repeat(220)}?${tail}`]) {
        expect(unsafeReason(mapper.toPath(url))).toBeUndefined()
        expect(mapper.toUrl(mapper.toPath(url))).toBe(url)
      }
    }
  })

  it('never cuts an escape in two (M3, M4)', () => {
    for (const tail of ['Con', 'Nul', '%ECon', '%E9', '!con', '.con', '~1']) {
      for (let length = 214; length <= 221; length++) {
        const url = `/${'x'.repeat(length)}${tail}`
        expect(unsafeReason(mapper.toPath(url))).toBeUndefined()
        expect(mapper.toUrl(mapper.toPath(url))).toBe(url)
      }
    }
  })

  it('accepts a path of 4096 bytes and refuses one of 4097 (M3)', () => {
    const ofLength = (bytes: number) =>
      `/${'a/'.repeat(1500)}${'b'.repeat(100)}/${'c/'.repeat(400)}${'d'.repeat(bytes - 3906)}`
    expect(mapper.toPath(ofLength(4096))).toHaveLength(4096)
    expect(() => mapper.toPath(ofLength(4097))).toThrow(
      /ERR_SSR_CACHE_PATH: "url" must be .*at most 4096 bytes.*has 4097/,
    )
  })

  it('leaves the names that begin with a page and a dot to the writer, with 19 bytes for them (M1)', () => {
    const sidecars = ['.br', '.gz', '.json', '.1a2b3c4d.tmp'].flatMap((suffix) => [
      `a.html${suffix}`,
      `a.html${suffix}/x`,
      `a.html${suffix}/`,
    ])
    for (const url of sidecars) expect(mapper.toPath(`/${url}`)).not.toMatch(/^a\.html\./)
    fc.assert(
      fc.property(anyTarget, (url) => {
        const path = pathOrRefused(mapper, url)
        fc.pre(path !== undefined)
        expect(path.indexOf('.')).toBe(path.length - '.html'.length)
        for (const name of path.split('/')) expect(name.length).toBeLessThanOrEqual(236)
      }),
    )
  })
})

describe('safety', () => {
  const HOSTILE = [
    ...[
      '/../../etc/passwd',
      '/..%2f..%2fetc%2fpasswd',
      '/%2e%2e/%2e%2e/x',
      '/..\\..\\x',
      '/%2e%2e%5cx',
      '/..%5c..%5cx',
      '/%252e%252e/x',
    ],
    ...[
      '/....//....//x',
      '/.../x',
      '/..;/x',
      '/.%00./x',
      '/..%00/x',
      '/%c0%ae%c0%ae/x',
      '/%e0%80%ae/x',
      '/．．/x',
      '/..%c0%af..',
      '/..%ef%bc%8f',
    ],
    ...[
      '/C:/x',
      '/C:%5cx',
      '/%5c%5cserver%5cshare',
      '//server/share',
      '/file::$DATA',
      '/x:y',
      '/?../../x',
      '/?..%2f..%2fx',
      '/a?/../../b',
      '/a?\\..\\b',
    ],
    ...[
      '/con',
      '/PRN',
      '/aux.txt',
      '/nul.tar.gz',
      '/com0',
      '/COM9.x',
      '/lpt1',
      '/com¹',
      '/COM²',
      '/LPT³.x',
      '/conin$',
      '/CONOUT$',
      '/clock$',
      '/con%20.txt',
      '/con%00',
    ],
    ...[
      '/a.',
      '/a..',
      '/a%20',
      '/a%2e',
      '/.',
      '/...',
      '/ .'.replace(' ', '%20'),
      '/<>"|*?<>"|*',
      '/%0d%0a',
      '/%01',
      '/%7f',
      '/.htaccess',
      '/.git/config',
      '/x.php',
    ],
  ]
  it.each(HOSTILE)('maps %s to a file below its folder on POSIX and Windows (M3)', (url) => {
    const path = mapper.toPath(url)
    expect(unsafeReason(path)).toBeUndefined()
    expect(path).not.toContain('..')
    expect(path).toMatch(/^[a-z0-9\-_=&+,@()!/.]+$/)
  })

  const DIGITS = [...'0123456789']
  const DEVICES = ['con', 'prn', 'aux', 'nul', ...DIGITS.flatMap((digit) => [`com${digit}`, `lpt${digit}`])]
  it.each(DEVICES)('calls no page, folder or host by the device name %s (M3)', (device) => {
    for (const name of [device, device.toUpperCase(), `${device}.txt`]) {
      const urls = [
        `https://a/${name}`,
        `https://a/${name}/x`,
        `https://a/x/${name}?y`,
        `https://${name}/`,
        `https://${name}.example:81/`,
      ]
      for (const url of urls) {
        expect(unsafeReason(hosts.toPath(url))).toBeUndefined()
        expect(hosts.toUrl(hosts.toPath(url))).toBe(hosts.canonical(url))
      }
    }
  })

  it('maps any URL to a file below its folder on POSIX and Windows, or refuses it by name (M3)', () => {
    fc.assert(
      fc.property(anyTarget, anyOrigin, (target, origin) => {
        for (const path of [pathOrRefused(shop, target), pathOrRefused(hosts, origin + target)]) {
          if (path !== undefined) expect(unsafeReason(path)).toBeUndefined()
        }
      }),
    )
  })

  it('maps or refuses whatever text comes, without another error (M3)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string()), (noise) => {
        for (const url of [noise, `/${noise}`, `https://shop.example/${noise}`, `https://${noise}`]) {
          for (const of of [mapper, shop, hosts]) {
            const path = pathOrRefused(of, url)
            if (path !== undefined) expect(unsafeReason(path)).toBeUndefined()
          }
        }
      }),
    )
  })

  const REFUSED: readonly (readonly [why: string, of: PathMapper, url: unknown, message: RegExp])[] = [
    ['no URL at all', mapper, undefined, /"url" must be an absolute http\(s\) URL, or a path.*got undefined/],
    ['a URL inside a text', hosts, 'see https://shop.example/a', /absolute http\(s\) URL/],
    ['a URL object', mapper, new URL('https://shop.example/'), /absolute http\(s\) URL/],
    ['an empty text', mapper, '', /Write https:/],
    ['a relative reference', mapper, 'movies/42', /got "movies\/42" \(string\)/],
    ['another scheme', shop, 'ftp://shop.example/x', /absolute http\(s\) URL/],
    ['a script', shop, 'javascript:alert(1)', /absolute http\(s\) URL/],
    [
      'a host where only paths are known',
      mapper,
      'https://shop.example/x',
      /"url" must be a path with its query, got .* Set "origin" for one site, or "hostFolders" for many\./,
    ],
    [
      'another host',
      shop,
      'https://other.example/x',
      /"url" must be a URL of https:\/\/shop\.example, got .* Set "hostFolders" to keep pages of several hosts\./,
    ],
    ['another scheme of the same host', shop, 'http://shop.example/x', /a URL of https:\/\/shop\.example/],
    ['another port of the same host', shop, 'https://shop.example:8443/x', /a URL of/],
    [
      'no host where hosts have folders',
      hosts,
      '/x',
      /"url" must be absolute where each host has a folder, got .* Hand in the whole URL/,
    ],
    [
      'a user name',
      hosts,
      'https://u:p@shop.example/x',
      /"url" must be a URL with a valid host, got .* Write the host in ASCII, without user name and password\./,
    ],
    ['a host with a slash in disguise', hosts, 'https://a%2f..%2fb/x', /valid host/],
    ['a host that climbs', hosts, 'https://../x', /valid host/],
    ['a host with a backslash', hosts, 'https://a\\b/x', /valid host/],
    ['no host in an absolute URL', hosts, 'https:///x', /valid host/],
    ['a fragment', mapper, '/x#y', /leave the fragment out/],
    ['a control', mapper, '/x\u0000', /Percent-encode/],
    ['a line break', mapper, '/x?y\r\nz', /Percent-encode/],
    ['a space', mapper, '/x y', /"url" must be well-formed, got .* Percent-encode/],
    ['a percent sign alone in the path', mapper, '/100%', /Percent-encode/],
    ['a lone surrogate', mapper, '/\ud800', /Percent-encode/],
  ]
  it.each(REFUSED)('refuses %s, and says what to write (R55, M3)', (_, of, url, message) => {
    expect(() => of.toPath(url as string)).toThrow(message)
    expect(() => of.canonical(url as string)).toThrow(message)
    expect(codeOf(() => of.toPath(url as string))).toBe('ERR_SSR_CACHE_PATH')
  })
})

describe('the way back', () => {
  it('gives the canonical URL of any page, from its path alone (M4, R55)', () => {
    fc.assert(
      fc.property(anyTarget, anyOrigin, (target, origin) => {
        const site = createPathMapper({ origin })
        for (const [of, url] of [
          [mapper, target],
          [site, target],
          [hosts, origin + target],
        ] as const) {
          const path = pathOrRefused(of, url)
          if (path !== undefined) expect(of.toUrl(path)).toBe(of.canonical(url))
        }
      }),
    )
  })

  it('keeps a canonical URL as it is, and gives it the same file (M4)', () => {
    fc.assert(
      fc.property(anyTarget, (target) => {
        const canonical = shop.canonical(target)
        expect(shop.canonical(canonical)).toBe(canonical)
        expect(pathOrRefused(shop, canonical)).toBe(pathOrRefused(shop, target))
      }),
    )
  })

  it('takes no path that it would not give (M4)', () => {
    const mutations = fc.tuple(
      anyTarget,
      fc.nat(),
      fc.constantFrom(
        '',
        '!',
        '/',
        '.',
        'index',
        '!/',
        '!63',
        '!41',
        '!!41',
        '!!e9',
        'A',
        '!2f',
        '!3f',
        '%',
        '../',
        '\\',
        '\u0301',
      ),
    )
    fc.assert(
      fc.property(mutations, fc.integer({ min: 0, max: 3 }), ([target, at, insert], cut) => {
        const path = pathOrRefused(mapper, target)
        fc.pre(path !== undefined)
        const place = at % path.length
        const mutated = path.slice(0, place) + insert + path.slice(place + cut)
        const url = orRefused(() => mapper.toUrl(mutated))
        if (url !== undefined) expect(mapper.toPath(url)).toBe(mutated)
      }),
      { numRuns: 1_000 },
    )
  })

  const NEVER_GIVEN: readonly unknown[] = [
    ...[
      undefined,
      7,
      '',
      '.html',
      '/index.html',
      './index.html',
      '../index.html',
      'a/../b.html',
      'a//b.html',
      'a\\b.html',
      'a.htm',
      'a',
      'a/',
      'a.html/',
    ],
    ...[
      'A.html',
      'é.html',
      'a.b.html',
      'con.html',
      'con/a.html',
      '!61.html',
      '!a!.html',
      '!.html',
      '!',
      'a!/b.html',
      '!/a.html',
      '!!41.html',
      '!!E9.html',
    ],
    ...[
      '!!zz.html',
      '!00.html',
      '!2fa.html',
      '!2e!2e/a.html',
      '%41.html',
      '~a.html',
      'a b.html',
      'a.html.br',
      'layout!.json',
      'x!3f.html',
    ],
    ...[
      'x!3fb&a.html',
      'x!3fa&&b.html',
      'x!3f!!41.html',
      'index!3f!!zz.html',
      `${'x'.repeat(221)}.html`,
      `${'x'.repeat(219)}!/x.html`,
    ],
  ]
  it.each(NEVER_GIVEN)('refuses %o, which is no page of any URL (M3, M4)', (path) => {
    expect(codeOf(() => mapper.toUrl(path as string))).toBe('ERR_SSR_CACHE_PATH')
    expect(() => mapper.toUrl(path as string)).toThrow(/"path" must be one that toPath gives, got .*Hand in/)
  })

  it.each([
    'shop.example',
    'index.htm',
    '../x.htm',
    'SHOP.example/x.htm',
    'shop!2eexample/x.htm',
    'https@a/x.htm',
    'http@/x.htm',
    'a!3a443/x.htm',
    '!63on/x.htm/',
    'a./x.htm',
  ])('refuses %s where hosts have folders (M3, M4)', (path) => {
    expect(codeOf(() => hosts.toUrl(path))).toBe('ERR_SSR_CACHE_PATH')
  })
})
