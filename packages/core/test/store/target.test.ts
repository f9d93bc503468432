import { describe, expect, it } from 'vitest'
import type { Target } from '../../src/store/store.ts'
import { namesPage } from '../../src/store/target.ts'

const prefix = (text: string): Target => ({ kind: 'prefix', prefix: text })
const url = (text: string): Target => ({ kind: 'url', url: text })
const tag = (text: string): Target => ({ kind: 'tag', tag: text })

describe('what a target names', () => {
  it.each<[Target, string, boolean]>([
    [url('/m'), 'https://h/m', true],
    [url('/m'), 'https://other/m', true],
    [url('/m'), 'https://h/m?page=2', false],
    [url('/m?page=2'), 'https://h/m?page=2', true],
    [url('/m'), 'https://h/m/', false],
    [url('https://h/m'), 'https://h/m', true],
    [url('https://h/m'), 'https://other/m', false],
    [url('https://h/m'), 'http://h/m', false],
    [prefix('/g'), 'https://h/g', true],
    [prefix('/g'), 'https://h/g/', true],
    [prefix('/g'), 'https://h/g/x/y', true],
    [prefix('/g'), 'https://h/g?page=2', true],
    [prefix('/g'), 'https://h/g/x?q', true],
    [prefix('/g'), 'https://h/gx', false],
    [prefix('/g'), 'https://h/G', false],
    [prefix('/g'), 'https://h/?/g/x', false],
    [prefix('/g/'), 'https://h/g', true],
    [prefix('/g/'), 'https://h/gx', false],
    [prefix('/'), 'https://h/', true],
    [prefix('/'), 'https://h/anything?q', true],
    [prefix('/g'), 'https://h//g', false],
    [prefix('//g'), 'https://h//g/x', true],
    [prefix('https://h/g'), 'https://h/g/x', true],
    [prefix('https://h/g'), 'https://other/g/x', false],
    [prefix('https://h/'), 'https://h/x', true],
    [prefix('https://h'), 'https://h.evil/x', false],
    [tag('a'), 'https://h/', true],
    [tag('b*'), 'https://h/', true],
    [tag('*'), 'https://h/', false],
    [tag('[a]'), 'https://h/', false],
    [tag('A'), 'https://h/', false],
    [{ kind: 'all' }, 'https://h/', true],
  ])('%o and %s: %s (R31, V18)', (target, page, named) => {
    expect(namesPage(target, page, ['a', 'b*'])).toBe(named)
  })
})
