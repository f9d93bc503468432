import { parseList, Token } from 'structured-headers'
import { describe, expect, test } from 'vitest'
import { type Forwarded, type ForwardedDetails, forwardedStatus, hitStatus } from '../../src/rules/cache-status.ts'

/** The one member of a Cache-Status field, read by an independent parser. */
function member(field: string): { readonly cache: string; readonly parameters: Readonly<Record<string, unknown>> } {
  const [only, ...others] = parseList(field)
  expect(others).toEqual([])
  const [cache, parameters] = only as [Token, Map<string, unknown>] // an item: no inner list is ever written
  const plain = (value: unknown): unknown => (value instanceof Token ? value.toString() : value)
  return { cache: cache.toString(), parameters: Object.fromEntries([...parameters].map(([k, v]) => [k, plain(v)])) }
}

describe('Cache-Status is a structured field of RFC 9211 (I12)', () => {
  test.each<[string, string, object]>([
    ['a hit', hitStatus(42), { hit: true, ttl: 42 }],
    ['a stale hit says by how much', hitStatus(-5, 'refreshing'), { hit: true, ttl: -5, detail: 'refreshing' }],
  ])('%s', (_, field, parameters) => {
    expect(member(field)).toEqual({ cache: 'ssr-cache', parameters })
  })

  test.each<[Forwarded, ForwardedDetails, object]>([
    ['uri-miss', { stored: true, ttl: 60 }, { fwd: 'uri-miss', stored: true, ttl: 60 }],
    ['uri-miss', { stored: false, collapsed: true, ttl: 0 }, { fwd: 'uri-miss', collapsed: true, ttl: 0 }],
    ['bypass', { detail: 'cookie' }, { fwd: 'bypass', detail: 'cookie' }],
    ['method', {}, { fwd: 'method' }],
    ['stale', { collapsed: false }, { fwd: 'stale' }],
    ['miss', { detail: 'status-503' }, { fwd: 'miss', detail: 'status-503' }],
    ['stale', { status: 304, stored: true }, { fwd: 'stale', 'fwd-status': 304, stored: true }],
  ])('forwarded: %s %j', (forwarded, details, parameters) => {
    expect(member(forwardedStatus(forwarded, details))).toEqual({ cache: 'ssr-cache', parameters })
  })
})
