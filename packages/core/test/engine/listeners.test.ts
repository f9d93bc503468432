import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createEvents, type Events, type Hearing } from '../../src/engine/events.ts'

type Heard = () => void

const heard: Heard = () => {}

test.each<[string, (events: Events, listener: Heard) => void]>([
  ['on', (events, listener) => events.on('answer', listener)],
  ['addListener', (events, listener) => events.addListener('answer', listener)],
  ['once', (events, listener) => events.once('answer', listener)],
  ['prependListener', (events, listener) => events.prependListener('answer', listener)],
  ['prependOnceListener', (events, listener) => events.prependOnceListener('answer', listener)],
])('a listener that comes by %s hears of answers until it goes, by whatever way (I12)', (_, comes) => {
  const ways: readonly ((events: Events) => void)[] = [
    (events) => events.off('answer', heard),
    (events) => events.removeListener('answer', heard),
    (events) => events.removeAllListeners('answer'),
    (events) => events.removeAllListeners(),
  ]
  for (const goes of ways) {
    const hearing: Hearing = { answers: false }
    const events = createEvents(() => {}, hearing)
    events.on('render', heard)
    expect(hearing.answers).toBe(false)
    comes(events, heard)
    expect(hearing.answers).toBe(true)
    goes(events)
    expect(hearing.answers).toBe(false)
  }
})

test('whoever waits for one answer hears of no other (I12)', async () => {
  const hearing: Hearing = { answers: false }
  const events = createEvents(() => {}, hearing)
  const answer = once(events, 'answer')
  expect(hearing.answers).toBe(true)
  events.emit('answer', { route: '*', answered: 'hit' })
  expect(await answer).toEqual([{ route: '*', answered: 'hit' }])
  expect(hearing.answers).toBe(false)
})
