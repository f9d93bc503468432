import { describe, expect, test, vi } from 'vitest'
import { Stay, whileThere } from '../../src/engine/stay.ts'

describe('a visitor’s stay (I9)', () => {
  test('what they wait in is left when they hang up, once, however often that is said', () => {
    const [stay, first, second] = [new Stay(), { leave: vi.fn() }, { leave: vi.fn() }]
    stay.waitIn(first)
    stay.waitIn(second)
    stay.left()
    stay.left()
    expect([first.leave.mock.calls.length, second.leave.mock.calls.length]).toEqual([0, 1])
  })

  test('what they would wait in after that is left at once', () => {
    const [stay, wait] = [new Stay(), { leave: vi.fn() }]
    stay.left()
    stay.waitIn(wait)
    expect(wait.leave).toHaveBeenCalledTimes(1)
  })
})

describe('who waits with the signal of a Request (I9)', () => {
  /** A wait that the test ends, and a signal whose listeners are counted. */
  function waiting() {
    const [left, connection, answer] = [vi.fn(), new AbortController(), Promise.withResolvers<string>()]
    const added = vi.spyOn(connection.signal, 'addEventListener')
    const removed = vi.spyOn(connection.signal, 'removeEventListener')
    const request = { url: '/a', signal: connection.signal }
    return { left, connection, answer, added, removed, request }
  }

  test('leaves when it is aborted, and nothing listens any more when they are answered (I13)', async () => {
    const { left, connection, answer, added, removed, request } = waiting()
    const answered = whileThere(answer.promise, { left }, request)
    connection.abort()
    expect(left).toHaveBeenCalledTimes(1)
    answer.resolve('page')
    expect(await answered).toBe('page')
    expect(removed.mock.calls.map(([name, listener]) => [name, listener])).toEqual(
      added.mock.calls.map(([name, listener]) => [name, listener]),
    )
  })

  test('has left where it was aborted before', async () => {
    const { left, connection, answer, request } = waiting()
    connection.abort()
    answer.resolve('page')
    await whileThere(answer.promise, { left }, request)
    expect(left).toHaveBeenCalledTimes(1)
  })

  test('costs nothing where the answer is there', async () => {
    const { left, added, request } = waiting()
    expect(await whileThere('page', { left }, request)).toBe('page')
    expect(added).not.toHaveBeenCalled()
  })

  test('is told nothing where there is nothing to leave, or no signal', async () => {
    const { connection, answer, request } = waiting()
    const answered = [whileThere(answer.promise, {}, request), whileThere(answer.promise, {}, { url: '/a' })]
    connection.abort()
    answer.resolve('page')
    expect(await Promise.all(answered)).toEqual(['page', 'page'])
  })
})
