import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createPathMapper } from '../../src/path/index.ts'
import { codeOf } from './refusals.ts'

const mapper = createPathMapper()

describe('options', () => {
  const WRONG: readonly (readonly [options: unknown, message: string])[] = [
    [null, '"options" must be an object, got null. Write { … }.'],
    [
      { origin: 'shop.example' },
      '"origin" must be scheme and host without a path, got "shop.example" (string). Write https://shop.example.',
    ],
    [{ origin: 'https://shop.example/' }, '"origin" must be scheme and host without a path'],
    [{ origin: 'ftp://shop.example' }, '"origin" must be scheme and host'],
    [{ origin: 'https://a b' }, '"origin" must be scheme and host'],
    [{ origin: new URL('https://shop.example') }, '"origin" must be scheme and host'],
    [{ origin: ['https://shop.example'] }, '"origin" must be scheme and host'],
    [{ origin: null }, '"origin" must be scheme and host without a path, got null.'],
    [
      { hostFolders: 'yes' },
      '"hostFolders" must be true or false, got "yes" (string). Write true for a folder per host.',
    ],
    [
      { extension: 'html' },
      '"extension" must be a dot and 1 to 15 lower-case letters or digits, got "html" (string). Write .html.',
    ],
    ...['', '.', '.HTML', '.tar.gz', '.a/b', `.${'a'.repeat(16)}`, 5, ['.html']].map(
      (extension) => [{ extension }, '"extension" must be'] as const,
    ),
    [
      { hostfolders: true },
      '"hostfolders" must be left out (there is no such option), got true (boolean). Write hostFolders.',
    ],
    [{ ttl: 1 }, 'Known are: origin, hostFolders, extension.'],
  ]
  it.each(WRONG)('refuses %o at creation (R55)', (options, message) => {
    expect(() => createPathMapper(options as never)).toThrow(message)
    expect(codeOf(() => createPathMapper(options as never))).toBe('ERR_SSR_CACHE_OPTION')
  })

  it('takes undefined for the default, and never writes to the caller (R55)', () => {
    const options = Object.freeze({ origin: undefined, hostFolders: undefined, extension: undefined })
    expect(createPathMapper(options).stamp).toBe(mapper.stamp)
    expect(createPathMapper().toPath('/a')).toBe('a.html')
  })

  it('reads URLs without a host as URLs of the origin where hosts have folders too (R55)', () => {
    const both = createPathMapper({ origin: 'https://Shop.example:443', hostFolders: true })
    expect(both.toPath('/a')).toBe('shop.example/a.html')
    expect(both.toUrl('shop.example/a.html')).toBe('https://shop.example/a')
    expect(both.toPath('https://other.example?q')).toBe('other.example/index!3fq.html')
  })

  it('gives pages another extension where told (R55)', () => {
    const xml = createPathMapper({ extension: '.xml' })
    expect(xml.toPath('/feed')).toBe('feed.xml')
    expect(xml.toUrl('feed.xml')).toBe('/feed')
    expect(codeOf(() => xml.toUrl('feed.html'))).toBe('ERR_SSR_CACHE_PATH')
  })

  it('documents the defaults that it has', () => {
    const source = readFileSync(new URL('../../src/path/mapper-options.ts', import.meta.url), 'utf8')
    const documented = [...source.matchAll(/@default ([^\s:]+)[^/]*\/\s+readonly (\w+)\?/g)].map(
      ([, value, name]) => `${name}: ${value},`,
    )
    const literal = source.slice(source.indexOf('PATH_MAPPER_DEFAULTS: PathMapperSettings = {'))
    expect(documented).toHaveLength(3)
    for (const line of documented) expect(literal).toContain(line)
  })
})

describe('the bundle', () => {
  it('needs nothing but its own files: no Node, no packages (R54)', () => {
    const seen = new Set<string>()
    const visit = (url: URL): void => {
      if (seen.has(url.href)) return
      seen.add(url.href)
      for (const [, target] of readFileSync(url, 'utf8').matchAll(/ from '([^']+)'/g)) {
        expect(target).toMatch(/^\.\.?\/.*\.ts$/)
        visit(new URL(target as string, url))
      }
    }
    visit(new URL('../../src/path/index.ts', import.meta.url))
    expect(seen.size).toBeGreaterThan(5)
  })
})
