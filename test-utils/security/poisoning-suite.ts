import { memoryStore } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { isHit } from '../hit.ts'
import { html, type Seen } from '../http-suite/app.ts'
import { type Front, openFront, type Way } from '../http-suite/front.ts'
import { sendRaw } from './first-visitor.ts'
import { hostileInputMissing, hostileTexts } from './hostile-texts.ts'
import { obedientApp } from './obedient-app.ts'
import { POISON, POISONS } from './poisons.ts'

/** Whatever a first visitor sends, the next are given what they would have been given without: the P rows, whichever way the cache stands in front of the app. */
export function poisoningSuite(name: string, way: Way): void {
  const open = (): Promise<Front> =>
    openFront(way, obedientApp, { hosts: ['shop.example'], key: { cookies: ['currency'] } })

  describe(`${name}: the next visitors are given the page as if nobody had come before (I3, I4)`, () => {
    test.each(POISONS)('after $what', async ({ path, asked, next = path }) => {
      await using front = await open()
      await front.ask(path, { ...asked, headers: { host: 'shop.example', accept: 'text/html', ...asked.headers } })
      const clean = await cleanAnswer(front, next)
      for (const isKept of [false, true]) {
        const reply = await front.get(next, { host: 'shop.example' })
        expect([reply.status, reply.text.replaceAll(next, clean.path)]).toEqual([200, clean.text])
        expect(reply.rawHeaders.join('\n')).not.toContain(POISON)
        if (isKept) expect(isHit(reply)).toBe(true)
      }
    })

    test('a host that is not served is refused before anything else, and is in no page (P2, I11)', async () => {
      await using front = await open()
      for (const host of [
        'evil.example',
        'shop.example.evil.example',
        'shop.example@evil.example',
        'shop.example:0x50',
      ])
        expect([host, isRefused(await sendRaw({ ...front, host }, '/page', []))]).toEqual([host, true])
      expect(front.seen).toEqual([])
    })

    test('the page of one build is not given by another, whose assets it does not know (P13)', async () => {
      const store = memoryStore()
      const options = (id: string) => ({ store, build: { id } })
      await using old = await openFront(way, () => html('<p>one'), options('1'))
      await using young = await openFront(way, () => html('<p>two'), options('2'))
      const host = { host: 'shop.example' }
      const texts = [await old.get('/', host), await young.get('/', host), await old.get('/', host)]
      expect(texts.map(({ text }) => text)).toEqual(['<p>one', '<p>two', '<p>one'])
    })

    test.skipIf(hostileInputMissing)(
      'after two thousand texts that attackers send, each as path, query, cookie, header and host (P4, P11, K5, I11; needs the lists)',
      async () => {
        await using front = await open()
        const texts = hostileTexts()
        expect(texts.length).toBeGreaterThan(1_500)
        await each(texts, async (text) => {
          const lines = [`Cookie: currency=${text}; theme=${text}`, `X-Probe: ${text}`]
          const inEverything = await sendRaw({ ...front, host: 'shop.example' }, `/${text}?q=${text}&${text}`, lines)
          const inHost = await sendRaw({ ...front, host: `${text}.shop.example` }, '/page', [])
          expect([text, harmOf(inEverything), harmOf(inHost)]).toEqual([text, undefined, undefined])
        })
        expect(front.seen.filter(isShared).filter(({ target }) => !isCanonical(target))).toEqual([])
        const after = await front.get('/page', { host: 'shop.example' })
        expect(after.text).toBe((await cleanAnswer(front, '/page')).text.replaceAll('/clean', '/page'))
      },
      120_000,
    )
  })
}

/** What a page shows on a path that nobody has been at. */
async function cleanAnswer(front: Front, target: string): Promise<{ readonly path: string; readonly text: string }> {
  const [, query] = target.split('?')
  const path = query === undefined ? '/clean' : `/clean?${query}`
  const { text } = await front.get(path, { host: 'shop.example' })
  expect(text).not.toContain(POISON)
  return { path, text }
}

/** What a shared render is told has none of what is not in the key. */
function isShared({ headers }: Seen): boolean {
  return headers['x-probe'] === undefined
}

function isCanonical(target: string): boolean {
  return /^\/[!-~]*$/.test(target) && !(target.split('?')[0] as string).split('/').includes('..')
}

const isRefused = (answer: string): boolean => /^HTTP\/1\.1 4(00|21) /.test(answer)

/** What answers of the cache, of the app and of frameworks have. */
const FIELDS: ReadonlySet<string> = new Set([
  'cache-control',
  'cache-status',
  'connection',
  'content-length',
  'content-security-policy',
  'content-type',
  'date',
  'etag',
  'keep-alive',
  'link',
  'transfer-encoding',
  'vary',
  'x-content-type-options',
])

/** What is wrong with an answer to hostile input: it is one, it is no failure, it has no field that the input has put there, and says who may keep it. */
function harmOf(answer: string): string | undefined {
  const [head = ''] = answer.split('\r\n\r\n')
  const [status = '', ...lines] = head.split('\r\n')
  if (!/^HTTP\/1\.1 (?:200|400|404|414|421|431) /.test(status)) return `answered "${status}"`
  const names = lines.map((line) => line.split(':')[0]?.toLowerCase() ?? '')
  const foreign = names.find((each) => !FIELDS.has(each))
  if (foreign !== undefined) return `a field "${foreign}"`
  // What a server refuses before anybody's code hears of it says nothing, and a 400 that says nothing is kept by nobody (RFC 9111 3).
  const isServers = status.includes(' 400 ') && !names.includes('cache-status')
  return isServers || names.includes('cache-control') ? undefined : 'no Cache-Control'
}

/** Some at a time: each is a connection of its own. */
async function each<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async (): Promise<void> => {
    for (const item of rest) await run(item)
  }
  await Promise.all(Array.from({ length: 16 }, worker))
}
