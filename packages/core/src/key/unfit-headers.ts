import { nameList } from './name-list.ts'

type Table = readonly (readonly [wayOut: string, names: readonly string[]])[]

/** Headers that would be a mistake in the key, by what to do instead. */
const NEVER_KEYED: Table = [
  ['The host is always in the key; see "hosts".', ['host']],
  [
    "Scheme and host are in the key: use the framework's own trust-proxy setting.",
    ['x-forwarded-host', 'x-forwarded-proto', 'forwarded'],
  ],
  ['Name the cookies in key.cookies.', ['cookie']],
  ['Requests with it bypass; they are personal.', ['authorization', 'proxy-authorization']],
  ['Only requests that accept HTML are shared.', ['accept']],
  ['Encodings are kept beside the page, not keyed.', ['accept-encoding']],
  ['It is answered from the kept page.', ['range', 'if-*']],
]

/** Headers that a render must not see unkeyed, by what to do instead (R68). */
const NEVER_PASSED: Table = [
  [
    'Leave it out: it says who somebody is, and the next visitor would be shown it.',
    ['cookie', 'authorization', 'proxy-authorization'],
  ],
  ['Leave it out: every shared render is given its own.', ['host', 'accept', 'accept-encoding']],
  ['Leave it out: it is answered from the kept page.', ['range', 'if-*']],
  [
    "Leave it out: use the framework's own trust-proxy setting for scheme and host; a visitor's address has no place in a shared page.",
    ['forwarded', 'x-forwarded-*', 'x-real-ip', 'true-client-ip', 'cf-connecting-ip'],
  ],
  [
    'Name it in key.headers, with a bucket: pages are shaped by it, and what passes unkeyed reaches the next visitor.',
    [
      'user-agent',
      'accept-*',
      'sec-*',
      'save-data',
      'dnt',
      'origin',
      'referer',
      'rsc',
      'next-*',
      'hx-*',
      'x-inertia*',
      'x-requested-with',
    ],
  ],
]

/** What to do instead of keying the header, or `undefined` where it may be keyed. `name` is in lower case, as in all of this file. */
export function whyNotKeyed(name: string): string | undefined {
  return wayOutFor(name, NEVER_KEYED)
}

/** What to do instead of passing the header unkeyed, or `undefined` where it may pass. */
export function whyNotPassed(name: string): string | undefined {
  return wayOutFor(name, NEVER_PASSED)
}

function wayOutFor(name: string, table: Table): string | undefined {
  return table.find(([, names]) => nameList(names).entryFor(name) !== undefined)?.[0]
}
