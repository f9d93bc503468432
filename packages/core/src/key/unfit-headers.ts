import { nameList } from './name-list.ts'

/** Headers and what to do instead of naming them in an option. */
type Table = readonly (readonly [wayOut: string, names: readonly string[]])[]

/** Neither keyed nor passed. */
const NEVER: Table = [
  ['Use "hosts" and trust proxy.', ['host', 'forwarded', 'x-forwarded-host', 'x-forwarded-proto']],
  ['Name cookies in key.cookies.', ['cookie']],
  ['Requests with it bypass.', ['authorization', 'proxy-authorization']],
  ['It asks for explanations.', ['ssr-cache-explain']],
  ['Leave it out.', ['accept', 'accept-encoding', 'range', 'if-*']],
]

/** Keyed at most: pages are shaped by them, and what passes unkeyed reaches the next visitor (R68). */
const NEVER_PASSED: Table = [
  [
    'Name it in key.headers, with a bucket.',
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
      'x-forwarded-*',
      'x-real-ip',
    ],
  ],
]

/** What to do instead of keying the header, or `undefined` where it may be keyed. `name` is in lower case, as in all of this file. */
export function whyNotKeyed(name: string): string | undefined {
  return wayOutFor(name, NEVER)
}

/** What to do instead of passing the header unkeyed, or `undefined` where it may pass. */
export function whyNotPassed(name: string): string | undefined {
  return wayOutFor(name, NEVER) ?? wayOutFor(name, NEVER_PASSED)
}

function wayOutFor(name: string, table: Table): string | undefined {
  return table.find(([, names]) => nameList(names).entryFor(name) !== undefined)?.[0]
}
