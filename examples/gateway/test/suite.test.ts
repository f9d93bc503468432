import { describe, expect, test } from 'vitest'
import { EXCEPTIONS, unforeseen } from '../conformance/exceptions.ts'
import { outcomes } from '../conformance/outcome.ts'
import { reportText } from '../conformance/report.ts'
import { runSuite } from '../conformance/suite-run.ts'

test('through the gateway, all that http-cache-tests asks of a cache holds, but for the reviewed exceptions', async () => {
  const checked = await runSuite('express')
  expect(unforeseen(checked)).toEqual([])
  const asked = checked.filter(({ kind }) => kind !== 'check')
  // An exception that is none any more is taken off the list.
  const broken = asked.filter(({ outcome }) => outcome !== 'pass').map(({ id }) => id)
  expect(broken.sort()).toEqual(Object.keys(EXCEPTIONS).sort())
  expect(asked.length).toBeGreaterThan(230)
})

describe('an outcome by the reading of the suite', () => {
  const group = {
    id: 'g',
    name: 'Group',
    tests: [
      { id: 'root', name: 'root' },
      { id: 'branch', name: 'branch', kind: 'optimal', depends_on: ['root'] },
      { id: 'leaf', name: 'leaf', kind: 'check', depends_on: ['branch'] },
      { id: 'browsers', name: 'browsers', kind: 'required', browser_only: true },
    ],
  } as const

  test('is that of the test, and none where the test was not run', () => {
    const [root, branch, ...more] = outcomes([group], { root: true, branch: ['Assertion', 'no'] })
    expect(root).toEqual({ id: 'root', name: 'root', group: 'Group', kind: 'required', outcome: 'pass' })
    expect(branch).toMatchObject({ kind: 'optional', outcome: 'fail', message: 'no' })
    expect(more).toEqual([])
  })

  test('is unknown where its preparation failed, or something that it builds upon', () => {
    expect(outcomes([group], { root: ['Setup', 'no'] })[0]?.outcome).toBe('unknown')
    const onSand = outcomes([group], { root: ['Assertion', 'no'], branch: true, leaf: true })
    expect(onSand.map(({ outcome }) => outcome)).toEqual(['fail', 'unknown', 'unknown'])
  })
})

test('the report counts by group and kind, and names what does not hold', () => {
  const text = reportText([
    { id: 'a', name: 'A', group: 'G', kind: 'required', outcome: 'pass' },
    { id: 'b', name: 'B', group: 'G', kind: 'required', outcome: 'fail', message: 'no' },
    { id: 'c', name: 'C', group: 'H', kind: 'check', outcome: 'fail' },
  ])
  expect(text.split('\n').map((line) => line.trim().replace(/ {2,}/g, '|'))).toEqual([
    'required|optional|check',
    'G|1 of 2',
    'H|0 of 1',
    'All|1 of 2|0 of 1',
    'fails (required) b: B',
    'no',
  ])
})
