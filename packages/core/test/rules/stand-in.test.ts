import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { asksForHtml, isReplaceable, problemDetail, standInFor } from '../../src/rules/stand-in.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'

describe('who asks for HTML (O4)', () => {
  test.each([
    ['a browser that goes to a page', { accept: BROWSER, 'sec-fetch-dest': 'document' }, true],
    ['a client that names it', { accept: 'text/html' }, true],
    ['in any letter case', { accept: 'Text/HTML' }, true],
    ['one that would rather have it', { accept: 'application/json;q=0.5, text/html' }, true],
    ['one that takes XHTML', { accept: 'application/xhtml+xml' }, true],
    ['a script that fetches a page', { accept: 'text/html', 'sec-fetch-dest': 'empty' }, true],
    ['one that takes anything', { accept: '*/*' }, false],
    ['one that says nothing', {}, false],
    ['one that wants data', { accept: 'application/json' }, false],
    ['one that wants data, or else anything', { accept: 'application/json, text/plain, */*' }, false],
    ['one that would rather have data', { accept: 'application/json, text/html;q=0.5' }, false],
    ['one that refuses it', { accept: 'text/html;q=0, */*' }, false],
    ['a script that fetches data', { accept: '*/*', 'sec-fetch-dest': 'empty' }, false],
    ['a framework that fetches a part of the page', { accept: BROWSER, rsc: '1' }, false],
    ['one whose field is as long as is read', { accept: 'text/html'.padEnd(1_024) }, true],
    ['one whose field is longer than any browser’s', { accept: `text/html${',text/html'.repeat(200)}` }, false],
  ])('%s', (_, headers, asks) => {
    expect(asksForHtml(headers)).toBe(asks)
  })
})

describe('what stands in for a page', () => {
  test.each([
    [{ asksHtml: true, reads: true, hasShell: true }, 'shell'],
    [{ asksHtml: true, reads: true, hasShell: false }, 'text'],
    [{ asksHtml: true, reads: false, hasShell: true }, 'text'],
    [{ asksHtml: true, reads: false, hasShell: false }, 'text'],
  ] as const)('%o: %s', (unserved, standIn) => {
    expect(standInFor(unserved)).toBe(standIn)
  })

  property.prop([fc.boolean(), fc.boolean()])(
    'who did not ask for HTML is never given the shell (O4)',
    (reads, hasShell) => {
      expect(standInFor({ asksHtml: false, reads, hasShell })).toBe('problem')
    },
  )
})

describe('which errors of the app give way to the shell', () => {
  test.each([
    [500, 'text/html', true],
    [502, 'text/html', true],
    [504, 'application/xhtml+xml', true],
    [500, 'text/plain', true],
    [502, '', true],
    [500, 'application/json', false],
    [502, 'application/problem+json', false],
    [500, 'image/png', false],
    [503, 'text/html', false],
    [429, 'text/html', false],
    [404, 'text/html', false],
    [501, 'text/html', false],
  ])('%d of %s: %s (R71, R72)', (status, type, replaceable) => {
    expect(isReplaceable(status, type)).toBe(replaceable)
  })
})

test.each([
  ['turned-away', 'Too many pages are being made; this one must wait for its turn.'],
  ['deadline', 'The page was not made in time.'],
  ['status-500', 'The page could not be made.'],
] as const)('a problem document says why there is no page, to programs and their people: %s (O4)', (reason, detail) => {
  expect(problemDetail(reason)).toBe(detail)
})
