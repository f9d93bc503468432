import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type Site, serve } from '../../../../../test-utils/serve.ts'
import { html } from '../../engine/harness.ts'
import { consult, openWard, SECRET } from './consultation.ts'

test('redirects are followed, and said with what the cache says of each', async () => {
  await using ward = await openWard(({ request }) =>
    request.url.endsWith('/old') ? html('', { location: '/new#there' }, 301) : html('<p>New</p>'),
  )
  const { code, verdict, stdout } = await ward.consult('/old')
  expect([code, verdict]).toEqual([0, 'A hit: kept, and fresh for another 60 s.'])
  expect(stdout).toContain(
    `301 from http://${ward.host}/old to http://${ward.host}/new (ssr-cache; fwd=uri-miss; stored; ttl=60)`,
  )
  expect(stdout).toContain(`asked    http://${ward.host}/new\n`)
})

describe('cookies, headers and the secret are this site’s alone', () => {
  const SENT = ['--cookie', 'sid=1', '--header', 'x-mine: 1', '--secret', SECRET]
  const OURS = ['cookie', 'x-mine', 'ssr-cache-explain']

  /** A site that remembers what it was sent. */
  async function remembering(location?: string): Promise<Site & { readonly seen: IncomingHttpHeaders[] }> {
    const seen: IncomingHttpHeaders[] = []
    const site = await serve(({ headers, url }, response) => {
      seen.push(headers)
      if (location !== undefined && url === '/') response.writeHead(302, { location })
      response.end()
    })
    return { ...site, seen }
  }

  const names = ({ seen }: { readonly seen: readonly IncomingHttpHeaders[] }): string[] =>
    OURS.filter((name) => seen.some((headers) => headers[name] !== undefined))

  test('another origin is sent none of them', async () => {
    await using other = await remembering()
    await using site = await remembering(`http://${other.host}/elsewhere`)
    await consult(['doctor', `http://${site.host}/`, ...SENT])
    expect(names(site)).toEqual(['cookie', 'x-mine'])
    expect(other.seen.length).toBe(2)
    expect(names(other)).toEqual([])
  })

  test('the same origin is sent all of them', async () => {
    await using site = await remembering('/within')
    await consult(['doctor', `http://${site.host}/`, ...SENT])
    expect(names(site)).toEqual(OURS)
  })
})
