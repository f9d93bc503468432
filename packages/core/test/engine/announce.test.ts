import { afterEach, describe, expect, test, vi } from 'vitest'
import { openShop } from './harness.ts'

afterEach(() => vi.unstubAllEnvs())

describe('what an engineer on call is told at the start', () => {
  test.each([
    ['production', undefined, true],
    ['production', ['shop.example'], false],
    ['development', undefined, false],
  ] as const)('in %s with hosts %j: a warning that any host has pages of its own is %s', (env, hosts, warns) => {
    vi.stubEnv('NODE_ENV', env)
    const { logged } = openShop(hosts === undefined ? {} : { hosts })
    expect(logged.some(([level, message]) => level === 'warn' && message.includes('"hosts"'))).toBe(warns)
  })

  test('what a cache in front must bypass on too, by name', () => {
    const { logged } = openShop({ bypass: { cookies: ['shop_session'], query: ['secret'] } })
    expect(logged).toContainEqual([
      'info',
      expect.stringContaining('must bypass'),
      expect.objectContaining({ cookies: ['shop_session'], query: ['secret'] }),
    ])
  })
})
