import { expect, test } from 'vitest'
import { startSample } from './sample-process.ts'

test('the recipe for SIGTERM answers whoever is waiting, and then the process ends by itself (I13, B8)', async () => {
  const sample = await startSample('clean-shutdown.ts')
  const arrived = sample.arrived('/films')
  const answer = fetch(`http://127.0.0.1:${sample.port}/films`)
  await arrived
  sample.child.kill('SIGTERM')

  expect(await (await answer).text()).toContain('Rendered')
  expect(await sample.ended).toBe(0)
})
