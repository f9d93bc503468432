import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { createKeyNormalizer } from '../../src/key/index.ts'
import { keyed, narrowed, plain, visitor } from './visitor.ts'

describe('a Host that is none is refused with 400 (I11)', () => {
  it.each([
    [''],
    [' '],
    ['.'],
    ['..'],
    ['.shop.example'],
    ['shop..example'],
    ['shop.example..'],
    ['shop.example/evil'],
    ['shop.example\\evil'],
    ['shop.example?evil'],
    ['shop.example#evil'],
    ['user@shop.example'],
    ['shop.example:x'],
    ['shop.example:0'],
    ['shop.example:-1'],
    ['shop.example:+80'],
    ['shop.example:080'],
    ['shop.example:65536'],
    ['shop.example:1e3'],
    ['shop.example: 80'],
    ['shop.example:80:81'],
    ['shop.example, evil.example'],
    ['shop.example\r\nX-Evil: 1'],
    ['shop.example\u0000'],
    ['shop%2Eexample'],
    ['shöp.example'],
    ['\u212aelvin.example'],
    ['[::1'],
    ['::1'],
    ['[]'],
    ['[evil.example]'],
    ['[1.2.3.4]'],
    ['[abc]'],
    ['*.shop.example'],
    ['[::1]evil'],
    ['[::1].evil.example'],
    ['[::1%25eth0]'],
    ['a'.repeat(260)],
  ])('%j', (host) => {
    expect(plain.normalize(visitor({ host }))).toEqual({ kind: 'refused', status: 400, reason: 'host' })
  })

  it.each(['1.2.3.999', '1.2.3.4.5', 'shop.0x', '[1::2::3]'])('although it is spelt like one: %s', (host) => {
    expect(plain.normalize(visitor({ host }))).toEqual({ kind: 'refused', status: 400, reason: 'host' })
  })
})

test.prop([
  fc
    .stringMatching(/^[a-z\d_-]{1,6}(\.[a-z\d_-]{1,6}){0,3}$/)
    .map((name) => (name.startsWith('z') ? `xn--${name}` : name)),
])('a Host of letters, digits, hyphens and dots is one exactly where a URL may have it', (host) => {
  expect(plain.normalize(visitor({ host })).kind === 'refused').toBe(!URL.canParse(`https://${host}/`))
})

describe('a Host has one spelling', () => {
  it.each([
    ['SHOP.Example', 'https', 'shop.example'],
    ['shop.example.', 'https', 'shop.example'],
    ['shop.example.:8443', 'https', 'shop.example:8443'],
    ['shop.example:443', 'https', 'shop.example'],
    ['shop.example:443', 'http', 'shop.example:443'],
    ['shop.example:80', 'http', 'shop.example'],
    ['shop.example:80', 'https', 'shop.example:80'],
    ['shop.example:', 'http', 'shop.example'],
    ['127.0.0.1:3000', 'http', '127.0.0.1:3000'],
    ['localhost', 'http', 'localhost'],
    ['localhost:1', 'http', 'localhost:1'],
    ['localhost:65535', 'http', 'localhost:65535'],
    ['my_host-1', 'http', 'my_host-1'],
    ['xn--shp-sna.example', 'https', 'xn--shp-sna.example'],
    ['[2001:DB8::1]:8080', 'http', '[2001:db8::1]:8080'],
    ['[::ffff:127.0.0.1]:443', 'https', '[::ffff:127.0.0.1]'],
  ] as const)('%s under %s is %s', (host, scheme, canonical) => {
    expect(plain.url(visitor({ host, scheme }))).toMatchObject({ host: canonical, url: `${scheme}://${canonical}/` })
  })
})

describe('only the hosts of the option are served; others get 421 (P2)', () => {
  const open = () =>
    createKeyNormalizer({
      hosts: [
        'Shop.example',
        '*.shop.example',
        'localhost:3000',
        'plain.example:80',
        '*.dev.example:8080',
        '[::1]:3000',
      ],
    })

  it.each([
    ['https', 'shop.example'],
    ['https', 'shop.example:443'],
    ['http', 'shop.example'],
    ['http', 'shop.example:80'],
    ['https', 'de.shop.example'],
    ['https', 'a.b.shop.example'],
    ['http', 'localhost:3000'],
    ['https', 'localhost:3000'],
    ['http', 'plain.example'],
    ['https', 'plain.example:80'],
    ['http', 'a.dev.example:8080'],
    ['http', '[::1]:3000'],
  ] as const)('%s://%s is one of them', (scheme, host) => {
    expect(open().url(visitor({ scheme, host })).kind).toBe('url')
  })

  it.each([
    ['https', 'evil.example'],
    ['https', 'evilshop.example'],
    ['https', 'shop.example.evil.example'],
    ['https', 'shop.example:8443'],
    ['https', 'de.shop.example:8443'],
    ['http', 'shop.example:443'],
    ['https', 'plain.example'],
    ['http', 'localhost'],
    ['http', 'dev.example:8080'],
    ['http', 'a.dev.example'],
    ['http', '[::1]'],
    ['https', 'ashop.example'],
  ] as const)('%s://%s is not', (scheme, host) => {
    expect(open().normalize(visitor({ scheme, host }))).toEqual({
      kind: 'refused',
      status: 421,
      reason: 'host-not-allowed',
    })
  })

  it('never looks at X-Forwarded-Host and its kin, which reach neither key nor render (P2)', () => {
    const request = visitor({
      headers: {
        'x-forwarded-host': 'evil.example',
        forwarded: 'host=evil.example',
        'x-host': 'evil.example',
        'x-forwarded-proto': 'http',
      },
    })
    expect(keyed(request).full).toBe('https://shop.example/')
    expect(JSON.stringify(narrowed(request))).not.toContain('evil')
  })

  it('the render is told the host of the key, and not what was sent (P2)', () => {
    const request = visitor({ host: 'SHOP.example.:443', headers: { host: 'evil.example' } })
    expect(narrowed(request)).toMatchObject({ host: 'shop.example', headers: { host: 'shop.example' } })
  })
})
