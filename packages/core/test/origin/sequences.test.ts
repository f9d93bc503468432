import { fc, test as property } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { NOW } from './exchanges.ts'
import { asking, NaiveCache } from './naive-cache.ts'
import { anyStep, MAX_AGE, type Made, NotingApp, SIE, SWR } from './noting-app.ts'

const steps = fc.array(anyStep, { maxLength: 40 })

describe('whatever happens one after another', () => {
  property.prop([steps], { numRuns: 1_500 })(
    'what comes from the store is the page of its URL, of its variant, unchanged since, young enough, and nobody’s own',
    (script) => {
      const app = new NotingApp()
      const cache = new NaiveCache(app.answer, { now: NOW })
      const droppedAt = new Map<string, number>()
      for (const step of script) {
        app.now = cache.now += step.after * 1000
        app.manner = step.says
        const before = app.made.length
        const out = cache.ask(asking(step.target, { foo: step.foo }, step.method))
        if (step.method === 'POST' && out.status === 200) droppedAt.set(step.target, before)
        const id = out.body === '' || out.body === 'error' ? undefined : Number(out.body)
        if (id === undefined || (out.asked && id >= before)) continue
        const page = app.made[id] as Made // its body is its number
        expect(page.target).toBe(step.target)
        expect(page.manner === 'varied' ? page.foo : step.foo).toBe(step.foo)
        expect(['plain', 'varied', 'same']).toContain(page.manner)
        expect(id).toBeGreaterThanOrEqual(droppedAt.get(step.target) ?? 0)
        const oldestSeconds = (cache.now - page.validatedAt) / 1000
        expect(oldestSeconds).toBeLessThan(MAX_AGE + (out.asked ? SIE : SWR))
      }
    },
  )

  property.prop([steps], { numRuns: 500 })('the app is asked at most once for each request', (script) => {
    const app = new NotingApp()
    const cache = new NaiveCache(app.answer, { now: NOW })
    for (const step of script) {
      app.now = cache.now += step.after * 1000
      app.manner = step.says
      app.asked = 0
      cache.ask(asking(step.target, { foo: step.foo }, step.method))
      expect(app.asked).toBeLessThanOrEqual(1)
    }
  })
})
