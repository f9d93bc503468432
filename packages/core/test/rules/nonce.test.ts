import { describe, expect, test } from 'vitest'
import { hasNonceAttribute } from '../../src/rules/nonce.ts'

describe('a page whose script, style or link carries a nonce is its visitor’s alone (A8, I4)', () => {
  test.each([
    ['after a space', '<script nonce="r">'],
    ['unquoted', '<style media=all nonce=r>'],
    ['in capitals, with spaces round the sign', '<SCRIPT NONCE = "r">'],
    ['behind a tab', '<script\tnonce="r">'],
    ['behind the end of a line', '<script async\r\nnonce="r">'],
    ['behind a carriage return', '<script async\rnonce="r">'],
    ['over two lines', '<link\n rel="preload"\n nonce="r">'],
    ['right behind a quote', '<script src="x"nonce="r">'],
    ['right behind a single quote', "<script src='x'nonce='r'>"],
    ['behind a slash', '<script/nonce="r">'],
    ['behind a slash among others', '<link rel=x / nonce=r>'],
    ['behind a value that holds a >', '<script data-if="a>b" nonce="r">'],
    ['behind a value that holds a > in single quotes, apart from its sign', "<script data-if = 'a>b' nonce=r>"],
    ['behind a value that holds the other quote', `<script data-if="it's > 1" nonce="r">`],
    ['behind an unquoted value with an apostrophe', "<script data-of=it's nonce=r>"],
    ['behind an unquoted value with a quote', '<script data-of=6" nonce=r>'],
    ['behind a script that speaks of tags', `<script>s = "<link it='"</script><script nonce="r">`],
    ['behind a value that ends in a sign', '<script src="/a?b=" nonce="r">'],
    ['far behind its tag', `<script data-x="${'x'.repeat(100_000)}" nonce="r">`],
  ])('%s', (_, html) => {
    expect(hasNonceAttribute(`<p>a > b</p>${html}`)).toBe(true)
  })

  test.each([
    ['an empty one', '<script nonce="">1</script>'],
    ['the word in the text', '<script src="x"></script><p>What a nonce="r" is, and why <b>nonce=y</b>'],
    ['the word before any tag', 'A nonce="r" is what?'],
    ['quotes in the text', '<p>He said "yes" nonce=r, and she \'no\' nonce=r'],
    ['another element', '<p nonce="r">'],
    ['an element whose name only begins like one', '<link-list nonce="r">'],
    ['an attribute whose name only ends like one', '<script data-nonce="r">'],
    ['an attribute whose name only begins like one', '<script nonces="r">'],
    ['behind a value with a > that is closed', '<script data-if="a>b"></script><p nonce="r">'],
    ['behind an apostrophe that opens no value', "<script data-of=it's></script><p nonce=r>"],
    ['no nonce', '<script src="x">'],
  ])('not by %s', (_, html) => {
    expect(hasNonceAttribute(html)).toBe(false)
  })

  test.each([
    ['tags that nothing closes', 'nonce <link '],
    ['quotes that nothing closes', `nonce <link a="<link b='`],
    ['nonces without a value', '<link nonce '],
  ])('is found out in one walk, whatever the page is made of: %s (I11)', (_, part) => {
    // At this size anything quadratic takes hours.
    expect(hasNonceAttribute(part.repeat(500_000))).toBe(false)
  })
})
