import { createRenderCache, type RenderCacheOptions } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'

const create = (admin: unknown) => () => createRenderCache({ admin } as RenderCacheOptions) // wrong on purpose

describe('the secret of the explanations must be one (I11)', () => {
  test.each([
    [{ secret: 'fifteen-letters' }, 'got "***************" (string)'],
    [{ secret: '' }, 'got "" (string)'],
    [{ secret: 'with a space in it' }, 'got "******************" (string)'],
    [{ secret: 'für-alle-Fälle-so' }, 'got "*****************" (string)'],
    [{ secret: `${'x'.repeat(20)}\n` }, 'got "*********************" (string)'],
    [{ secret: 1234567890123456 }, 'got 1234567890123456 (number)'],
    [{ secret: undefined }, 'got undefined'],
    [{}, 'got undefined'],
  ])('%j is refused, and no message shows a secret', (admin, got) => {
    expect(create(admin)).toThrow(
      `ERR_SSR_CACHE_OPTION: "admin.secret" must be at least 16 visible ASCII characters, ${got}. Write what "openssl rand -hex 24" prints.`,
    )
  })

  test('a name that it does not know, and what is no object, are refused as anywhere', () => {
    expect(create({ secret: 'x'.repeat(16), path: '/admin' })).toThrow('"admin.path" must be left out')
    expect(create('x'.repeat(16))).toThrow('"admin" must be of type object')
  })

  test.each([{ secret: '0123456789abcdef' }, { secret: '!~'.repeat(8) }, undefined])('%j is accepted', (admin) => {
    expect(create(admin)).not.toThrow()
  })
})
