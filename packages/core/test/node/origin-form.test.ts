import { describe, expect, test } from 'vitest'
import { canonicalMount, originForm } from '../../src/node/index.ts'

describe('the target of a request as Node gives it', () => {
  test.each([
    ['/a?b=c', '/a?b=c'],
    ['http://shop.example/a?b', '/a?b'],
    ['HTTPS://shop.example:8443', '/'],
    ['http://shop.example?q=1', '/?q=1'],
    ['http://user@shop.example/a//b', '/a//b'],
    ['*', '*'],
    ['ftp://shop.example/a', 'ftp://shop.example/a'],
    ['', ''],
    ['//a/b', '//a/b'],
  ])('%j is %j in origin-form', (sent, expected) => {
    expect(originForm(sent)).toBe(expected)
  })
})

describe('the mount that a request came by', () => {
  test.each([
    ['', '/x', ''],
    ['/shop', '/shop/x?y', '/shop'],
    ['/shop', '/shop', '/shop'],
    ['/shop', '/shop?x', '/shop'],
    ['/SHOP', '/SHOP/x', '/SHOP'],
    ['/sh%6fp', '/sh%6fp/x', '/shop'],
    ['/shop', '/shop/../shop/x', '/shop'],
    ['/shop', '/shop/../cart', undefined],
    ['/shop', '/shop/../shopping', undefined],
    ['/shop', '/shop/%zz', undefined],
    ['/%zz', '/%zz/x', undefined],
  ])('%j of %j is %j in its canonical spelling', (mount, target, expected) => {
    expect(canonicalMount(mount, target)).toBe(expected)
  })
})
