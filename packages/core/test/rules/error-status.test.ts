import { describe, expect, test } from 'vitest'
import { errorStatus } from '../../src/rules/error-status.ts'

describe('the status of an error', () => {
  test.each<[string, unknown, number]>([
    ['that http-errors wrote', Object.assign(new Error('gone'), { status: 410, statusCode: 410 }), 410],
    ['in statusCode alone', { statusCode: 503 }, 503],
    ['that is the first of them', { status: 400 }, 400],
    ['that is the last of them', { status: 599 }, 599],
    ['without any', new Error('boom'), 500],
    ['whose status is no error', { status: 200 }, 500],
    ['whose status is a word', { status: '404' }, 500],
    ['whose status is a fraction', { status: 404.5 }, 500],
    ['whose status is beyond HTTP', { status: 600 }, 500],
    ['that is undefined', undefined, 500],
    ['that is null', null, 500],
    ['that is a word', 'boom', 500],
  ])('%s', (_, error, expected) => {
    expect(errorStatus(error)).toBe(expected)
  })
})
