import type { VisitorRequest } from '@ssr-cache/core'
import { seededRandom } from '../seeded-random.ts'
import { HOST } from './shop.ts'

const random = seededRandom(1)

/** A string as an HTTP parser makes it: flat, and with no hash computed yet, whatever was asked for before. */
export function asReceived(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** What Chrome sends with a navigation, in its order. */
export const BROWSER: readonly (readonly [string, string])[] = [
  ['host', HOST],
  ['connection', 'keep-alive'],
  ['sec-ch-ua', '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"'],
  ['sec-ch-ua-mobile', '?0'],
  ['sec-ch-ua-platform', '"Linux"'],
  ['upgrade-insecure-requests', '1'],
  ['user-agent', 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'],
  ['accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'],
  ['sec-fetch-site', 'same-origin'],
  ['sec-fetch-mode', 'navigate'],
  ['sec-fetch-user', '?1'],
  ['sec-fetch-dest', 'document'],
  ['referer', `https://${HOST}/products/`],
  ['accept-encoding', 'gzip, deflate, br, zstd'],
  ['accept-language', 'en-GB,en;q=0.9,de;q=0.8'],
]

/** The same of a visitor who asks for no encoding. */
export const UNENCODED: typeof BROWSER = BROWSER.filter(([name]) => name !== 'accept-encoding')

/** A navigation that has just come in, with all its strings new, as an adapter hands it to the cache. */
export function navigation(target: string, cookie?: string, fields: typeof BROWSER = BROWSER): VisitorRequest {
  const headers: Record<string, string> = {}
  for (const [name, value] of fields) headers[name] = asReceived(value)
  if (cookie !== undefined) headers['cookie'] = asReceived(cookie)
  return { method: 'GET', scheme: 'https', host: headers['host'] ?? HOST, target: asReceived(target), headers }
}

function digits(length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 10)).join('')
}

function letters(length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 36).toString(36)).join('')
}

/**
 * About 1 KB of cookies, as a visitor of a shop gathers them in a week: analytics, consent and advertising, no two visitors' alike. None is in a key and
 * none is of a session.
 */
export function someCookies(): string {
  return [
    `_ga=GA1.1.${digits(10)}.${digits(10)}`,
    `_ga_${letters(10).toUpperCase()}=GS2.1.s${digits(10)}$o3$g1$t${digits(10)}$j52$l0$h0`,
    `_gcl_au=1.1.${digits(9)}.${digits(10)}`,
    `_fbp=fb.1.${digits(13)}.${digits(18)}`,
    `OptanonAlertBoxClosed=2026-03-0${digits(1)}T09:12:44.${digits(3)}Z`,
    `OptanonConsent=isGpcEnabled=0&datestamp=Mon+Mar+02+2026&version=202405.1.0&isIABGlobal=false&consentId=${letters(8)}-${letters(12)}&interactionCount=1&groups=C0001%3A1%2CC0002%3A1%2CC0003%3A0%2CC0004%3A0`,
    `_uetsid=${letters(32)}`,
    `_uetvid=${letters(32)}`,
    `_hjSessionUser_${digits(7)}=${letters(64)}`,
    `_clck=${letters(6)}%7C2%7Cfu${letters(1)}%7C0%7C18${digits(2)}`,
    `_clsk=${letters(6)}%7C${digits(13)}%7C3%7C1%7Cz.clarity.ms%2Fcollect`,
    `ajs_anonymous_id=${letters(8)}-${letters(4)}-${letters(4)}-${letters(12)}`,
    `__hstc=${digits(9)}.${letters(32)}.${digits(13)}.${digits(13)}.4`,
    `hubspotutk=${letters(32)}`,
    `_pin_unauth=dWlkPU${letters(32)}`,
    `_ttp=${letters(27)}`,
    `intercom-id-${letters(8)}=${letters(8)}-${letters(4)}-${letters(4)}-${letters(12)}`,
    'currency=EUR',
    'theme=dark',
  ].join('; ')
}
