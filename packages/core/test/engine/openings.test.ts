import { describe, expect, test, vi } from 'vitest'
import { type OpeningParts, Openings } from '../../src/engine/openings.ts'
import type { OpenPage } from '../../src/engine/render-run.ts'
import type { Run } from '../../src/engine/run.ts'

const UNSHAREABLE = { kind: 'unshareable', reason: 'set-cookie' }

/** What becomes of a page whose first bytes are there: of a render, judged so. */
function opened(o: {
  readonly stream: 'first' | 'shared' | 'whole'
  readonly made: object
  readonly isAwaited?: boolean
  readonly claim?: string
  readonly verdict?: string
  readonly origin?: object
  readonly hasPlace?: boolean
}) {
  const { stream, made, isAwaited = true, claim = 'leased', verdict = 'valid', origin, hasPlace = true } = o
  const release = vi.fn()
  const flight = { slot: { url: '/a', route: { stream } }, isAwaited, open: vi.fn() }
  const body = { open: vi.fn(), letThrough: vi.fn(), ended: Promise.resolve() }
  const page = { status: 200, fields: [], body, freeze: vi.fn() }
  const parts = {
    landing: { judgedSoFar: () => made },
    news: { index: { verdict: () => ({ kind: verdict }) } },
    bypassGate: { tryEnter: () => (hasPlace ? { release } : undefined) },
  }
  const run = { flight, claim: { kind: claim }, origin }
  // As far as they are asked.
  const handedOn = new Openings(parts as unknown as OpeningParts).open(
    run as unknown as Run,
    page as unknown as OpenPage,
  )
  const opening = flight.open.mock.calls[0]?.[0] as { readonly isShared: boolean } | undefined
  const out = opening === undefined ? 'nobody' : opening.isShared ? 'everyone' : 'its leader'
  expect([body.open.mock.calls.length, page.freeze.mock.calls.length]).toEqual([
    out === 'nobody' ? 0 : 1,
    out === 'everyone' ? 1 : 0,
  ])
  return { out, handedOn, passes: body.letThrough.mock.calls.length === 1, release }
}

const made = { kind: 'made', entry: {} }

describe('a page whose first bytes are there', () => {
  test.each([
    ['first', {}, 'its leader'],
    ['first', { isAwaited: false }, 'nobody'],
    ['shared', {}, 'everyone'],
    ['shared', { isAwaited: false }, 'everyone'],
    ['shared', { claim: 'alone' }, 'its leader'],
    ['shared', { claim: 'alone', isAwaited: false }, 'nobody'],
    ['shared', { verdict: 'stale' }, 'its leader'],
    ['shared', { origin: {} }, 'its leader'],
    ['whole', {}, 'nobody'],
  ] as const)('under stream: %s, %o, goes out to %s, and is gathered (I2, I9)', (stream, more, out) => {
    expect(opened({ stream, made, ...more })).toMatchObject({ out, handedOn: undefined, passes: false })
  })

  test('that is nobody else’s passes through to its leader, in a place of those that bypass, until it ends (I7)', async () => {
    const { out, handedOn, passes, release } = opened({ stream: 'first', made: UNSHAREABLE })
    expect([out, handedOn, passes]).toEqual(['nobody', UNSHAREABLE, true])
    await Promise.resolve()
    expect(release).toHaveBeenCalledTimes(1)
  })

  test.each([{ hasPlace: false }, { isAwaited: false }])('that is nobody else’s is gathered where %o', (more) => {
    expect(opened({ stream: 'first', made: UNSHAREABLE, ...more })).toMatchObject({
      out: 'nobody',
      handedOn: undefined,
      passes: false,
    })
  })

  test('that is a failure is gathered: its status tells it to everyone', () => {
    expect(opened({ stream: 'shared', made: { kind: 'failure', reason: 'status-500' } })).toMatchObject({
      out: 'nobody',
      handedOn: undefined,
      passes: false,
    })
  })
})
