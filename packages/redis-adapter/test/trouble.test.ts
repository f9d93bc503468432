import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Trouble } from '../src/trouble.ts'
import { HeardLogger } from './heard-logger.ts'

function open() {
  const logger = new HeardLogger()
  return { trouble: new Trouble(logger), lines: logger.lines }
}

describe('what is wrong with a Redis', () => {
  it.each<[unknown, string]>([
    [new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'another user name or password'],
    [new Error('NOPERM this user has no permissions'), 'give it the rights that the README'],
    [Object.assign(new Error('getaddrinfo ENOTFOUND a'), { code: 'ENOTFOUND' }), 'No such host'],
    [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED. Nobody answers there'],
    [
      Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      'certificate authority',
    ],
    [new Error("READONLY You can't write against a read only replica."), 'connect to the primary'],
    [new Error("OOM command not allowed when used memory > 'maxmemory'."), 'raise maxmemory'],
    [new Error('MISCONF Redis is configured to save RDB snapshots'), 'free the disk'],
    [new Error('LOADING Redis is loading the dataset in memory'), 'wait'],
    [
      Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: new Error('connect ETIMEDOUT') }),
      'ETIMEDOUT',
    ],
    [new Error('ERR something new'), 'ERR something new. See what Redis says.'],
    ['no error at all', 'no error at all. See what Redis says.'],
  ])('%o is told with the way out', (error, expected) => {
    const { trouble, lines } = open()
    trouble.report(error)
    expect(lines).toEqual([expect.stringContaining(expected)])
  })

  it('is one trouble, and one line, whatever the client rejects with while it lasts (F1, F2)', () => {
    const { trouble, lines } = open()
    for (const said of [
      "Socket timeout. Expecting data, but didn't receive any in 5000ms.",
      "Stream isn't writeable and enableOfflineQueue options is false",
      "Cluster isn't ready and enableOfflineQueue options is false",
      'Reached the max retries per request limit (which is 0). Refer to "maxRetriesPerRequest" option for details.',
      'Connection is closed.',
      'connect ECONNREFUSED 127.0.0.1:6379',
    ]) {
      trouble.report(new Error(said))
    }
    expect(lines).toEqual([
      "error: Redis failed, and the app goes on without it: Socket timeout. Expecting data, but didn't receive any in 5000ms. Nobody answers there: look whether Redis runs, and whether this machine may reach it.",
    ])
  })

  it('is told without the options of the client, which the app did not set', () => {
    const { trouble, lines } = open()
    trouble.report(new Error("Stream isn't writeable and enableOfflineQueue options is false"))
    expect(lines).toEqual([expect.stringContaining('goes on without it: no connection is open. Nobody answers there')])
  })

  it('is said once, and again after a minute if it lasts', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { trouble, lines } = open()
    for (let s = 0; s < 60; s++) {
      trouble.report(new Error('OOM command not allowed'))
      vi.advanceTimersByTime(1_000)
    }
    expect(lines).toHaveLength(1)
    trouble.report(new Error('OOM command not allowed'))
    expect(lines).toHaveLength(2)
  })

  it('is over for the connection that it was about, and for no other', () => {
    const { trouble, lines } = open()
    trouble.report(new Error('NOPERM channel'), 'messages')
    trouble.over('commands')
    expect(lines).toHaveLength(1)
    trouble.over('messages')
    expect(lines.at(-1)).toBe('info: messages of Redis are heard again')
    trouble.over('messages')
    expect(lines).toHaveLength(2)
  })

  it('is remembered within bounds, whatever a server comes up with (I7)', () => {
    const { trouble, lines } = open()
    for (let i = 0; i < 1_000; i++) trouble.report(new Error(`ERR ${i}`))
    expect(lines).toHaveLength(1_000)
    trouble.report(new Error('ERR 999'))
    expect(lines).toHaveLength(1_000)
  })
})
