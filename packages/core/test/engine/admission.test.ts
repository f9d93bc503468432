import { describe, expect, test } from 'vitest'
import { Gate } from '../../src/engine/admission.ts'
import { settled } from './harness.ts'

const LIMITS = { concurrency: 1, queueLimit: 1 }

describe('the cap of renders and the queue before it (I7, I8)', () => {
  test('one who does not say so lets nobody by', async () => {
    const gate = new Gate({ ...LIMITS, queueLimit: 2 })
    const first = gate.tryEnter()
    const order: string[] = []
    const apply = (name: string, isPatient?: boolean) =>
      gate.apply(isPatient).place.then((place) => {
        order.push(name)
        place?.release()
      })
    void apply('patient', true)
    void apply('not told')
    void apply('not patient', false)
    first?.release()
    await settled()
    expect(order).toEqual(['not told', 'not patient', 'patient'])
  })

  test('closed, it stays so: nobody enters, waits or is called', async () => {
    const gate = new Gate(LIMITS)
    const first = gate.tryEnter()
    const waiting = gate.apply()
    gate.close()
    expect(await waiting.place).toBeUndefined()
    first?.release()
    expect(gate.tryEnter()).toBeUndefined()
    for (const isPatient of [false, true]) expect(await gate.apply(isPatient).place).toBeUndefined()
    expect([gate.running, gate.queued]).toEqual([0, 0])
  })

  test('a place is given back once, however often it is said (C4)', async () => {
    const gate = new Gate({ ...LIMITS, queueLimit: 3 })
    const first = gate.tryEnter()
    const [second, third] = [gate.apply(), gate.apply()]
    first?.release()
    first?.release()
    expect(await second.place).toBeDefined()
    expect([gate.running, gate.queued]).toEqual([1, 1])
    third.withdraw()
    expect(await third.place).toBeUndefined()
  })

  test('who hurries lets nobody by any more, and goes behind those who never did', async () => {
    const gate = new Gate({ ...LIMITS, queueLimit: 3 })
    const first = gate.tryEnter()
    const order: string[] = []
    const apply = (name: string, isPatient: boolean) => {
      const applicant = gate.apply(isPatient)
      void applicant.place.then((place) => {
        order.push(name)
        place?.release()
      })
      return applicant
    }
    apply('patient', true)
    const hurried = apply('hurried', true)
    apply('visitor', false)
    hurried.hurry()
    hurried.hurry()
    expect(gate.queued).toBe(3)
    first?.release()
    await settled()
    expect(order).toEqual(['visitor', 'hurried', 'patient'])
  })

  test('hurrying or leaving after a place was given changes nothing', async () => {
    const gate = new Gate(LIMITS)
    const applicant = gate.apply()
    applicant.hurry()
    applicant.withdraw()
    expect(await applicant.place).toBeDefined()
    expect([gate.running, gate.queued]).toEqual([1, 0])
  })

  test('lowered, it lets those go on who run, and calls nobody until there are fewer; raised, it calls at once, and never past the cap', async () => {
    const gate = new Gate({ concurrency: 3, queueLimit: 5 })
    const running = [gate.tryEnter(), gate.tryEnter(), gate.tryEnter()]
    const places = Array.from({ length: 4 }, () => gate.apply().place)
    gate.limit = 1
    expect([gate.limit, gate.running]).toEqual([1, 3])
    running[0]?.release()
    running[1]?.release()
    expect([gate.running, gate.queued]).toEqual([1, 4])
    running[2]?.release()
    expect([gate.running, gate.queued]).toEqual([1, 3])
    gate.limit = 100
    expect([gate.limit, gate.running, gate.queued]).toEqual([3, 3, 1])
    expect(await Promise.all(places.slice(0, 3))).not.toContain(undefined)
  })

  test('tells of each place when it is taken and when it is given back', () => {
    const gate = new Gate(LIMITS)
    const told: string[] = []
    gate.entered = () => {
      told.push('taken')
      return () => told.push('given back')
    }
    const place = gate.tryEnter()
    expect(gate.tryEnter()).toBeUndefined()
    place?.release()
    place?.release()
    expect(told).toEqual(['taken', 'given back'])
  })
})
