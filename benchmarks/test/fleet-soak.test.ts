import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fleetVerdict, fleetVerdictText } from '../src/fleet-soak/fleet-report.ts'
import { fleetSoakCommand } from '../src/fleet-soak/fleet-soak-command.ts'
import { Ledger } from '../src/fleet-soak/ledger.ts'
import { FleetTally } from '../src/fleet-soak/tally.ts'
import { Troubles } from '../src/fleet-soak/troubles.ts'
import { runTool } from './tool-process.ts'

let now = 0
function at(ms: number): void {
  now = ms
}

beforeEach(() => {
  at(0)
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => vi.restoreAllMocks())

describe('the ledger of a fleet soak', () => {
  it('says for how long a version had been over when somebody asked, from when that was confirmed', () => {
    const ledger = new Ledger()
    at(100)
    const answered = ledger.said(['/a'], () => 2)
    at(150)
    expect(ledger.behindMs('/a', 1, 200)).toBe(0)
    answered(true)
    expect([120, 150, 170].map((askedAt) => ledger.behindMs('/a', 1, askedAt))).toEqual([0, 0, 20])
    expect([ledger.behindMs('/a', 2, 170), ledger.behindMs('/b', 1, 170)]).toEqual([0, 0])
  })

  it('holds nobody to an invalidation that was refused', () => {
    const ledger = new Ledger()
    ledger.said(['/a'], () => 2)(false)
    expect(ledger.behindMs('/a', 1, 1_000)).toBe(0)
  })

  it('knows whether an invalidation may have come between two renders, refused or not', () => {
    const ledger = new Ledger()
    at(100)
    const answered = ledger.said(['/a'], () => 2)
    at(200)
    answered(false)
    expect(ledger.mayHaveHit('/a', 0, 99)).toBe(false)
    expect(ledger.mayHaveHit('/a', 0, 100)).toBe(true)
    expect(ledger.mayHaveHit('/a', 200, 300)).toBe(true)
    expect(ledger.mayHaveHit('/a', 201, 300)).toBe(false)
  })
})

it('a node is in trouble until some time after it is over', async () => {
  const tally = new FleetTally()
  const troubles = new Troubles(tally, 1_000)
  at(5_000)
  const { promise, resolve } = Promise.withResolvers<void>()
  const over = troubles.during([1], () => promise)
  expect([troubles.isCalm(0, 5_000), troubles.isCalm(1, 5_000)]).toEqual([true, false])
  at(6_000)
  resolve()
  await over
  expect([6_500, 7_000, 7_001].map((since) => troubles.isCalm(1, since))).toEqual([false, false, true])
  expect(tally.troubles).toBe(1)
})

it('a fleet holds if nothing was stale, nothing failed, and nobody rendered beside another in calm', () => {
  const tally = new FleetTally()
  const holds = () => fleetVerdict(tally).map((check) => check.holds)
  expect(holds()).toEqual([true, true, true])
  tally.staleAfterInvalidation++
  tally.failed('a page was lost')
  tally.doubleRenders++
  expect(holds()).toEqual([false, false, true])
  tally.doubleInCalm++
  expect(holds()).toEqual([false, false, false])
  expect(fleetVerdictText(tally)).toContain('- a page was lost')
})

describe('npm run soak -- --minutes N', () => {
  it('lets real processes and a real Redis die and come back, and no visitor notices (I1, I2, I6, X2, X5, X7, F2, F3)', async () => {
    vi.restoreAllMocks()
    const { code, stdout, stderr } = await runTool('soak', ['--minutes', '0.2', '--json'])
    const report = stdout === '' ? undefined : JSON.parse(stdout)
    expect([code, report?.tally.notes], stderr).toEqual([0, []])
    expect(report).toMatchObject({
      minutes: 0.2,
      seed: 1,
      holds: true,
      tally: { staleAfterInvalidation: 0, errors: 0 },
    })
    for (const figure of ['requests', 'hits', 'renders', 'invalidations', 'troubles'])
      expect(report.tally[figure], figure).toBeGreaterThan(0)
  })

  it.each([
    ['no number', ['--minutes', 'ten'], '--minutes must be a number > 0, got "ten"'],
    ['no minutes', ['--minutes', '0'], '--minutes must be a number > 0'],
    ['options of the flood', ['--minutes', '1', '--urls', '5'], 'Unknown option'],
    ['a file', ['--minutes', '1', 'some.log'], 'expected options only'],
  ])('refuses %s', async (_, args, message) => {
    await expect(fleetSoakCommand(args, () => {})).rejects.toThrow(message)
  })
})
