import type { Contender } from './contest.ts'
import type { Peer } from './peers.ts'
import { repeatedCall } from './repeated-call.ts'
import { HOST, HOT_PAGES, PAGE } from './shop.ts'

/** What is asked for: whatever comes in, and where its target stands in it. */
export interface Asked<T> {
  readonly input: () => T
  readonly targetOf: (input: T) => string
}

/** A hit of another cache by a key that the app makes itself, from the target alone. */
export async function peerByUrl<T>(
  { name, make }: Peer,
  { input, targetOf }: Asked<T>,
  roundMs: number,
): Promise<Contender> {
  let renders = 0
  const read = make(async () => {
    renders++
    return { status: 200, body: PAGE }
  })
  const call = (asked: T) => read(trimmedUrl(targetOf(asked)))
  for (let i = 0; i < HOT_PAGES; i++) await call(input())
  const contender = await repeatedCall({ name: `new URL, sort, ${name}`, input, call }, roundMs)
  if (renders > HOT_PAGES) throw new Error(`expected hits of ${HOT_PAGES} pages, got ${renders} renders`)
  return contender
}

/** The URL that an app makes its key of, without what no page depends on. An app that knew more such names would have to look for each. */
function trimmedUrl(target: string): string {
  const url = new URL(target, `https://${HOST}`)
  url.searchParams.delete('utm_source')
  url.searchParams.delete('gclid')
  url.searchParams.sort()
  return url.href
}
