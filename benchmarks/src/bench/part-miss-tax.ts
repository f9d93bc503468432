import { type AppContest, appPart } from './app-contest.ts'
import type { BarRule } from './bar.ts'
import type { Part } from './part.ts'
import { PEERS } from './peers.ts'

/** The app without a cache, and behind each of them. */
function contest(render: 'computed' | 'awaited', about: Pick<AppContest, 'title' | 'note'>, bar?: BarRule): AppContest {
  return {
    ...about,
    path: uniquePath,
    baseline: { name: 'no cache', app: `${render}, no cache` },
    contenders: [
      { name: 'expressCache', app: `${render}, expressCache`, ...(bar !== undefined && { bar }) },
      { name: 'apicache middleware', app: `${render}, apicache` },
      ...PEERS.map(({ name }) => ({ name: `${name} in a middleware`, app: `${render}, ${name}` }) as const),
    ],
  }
}

const COMPUTED = contest(
  'computed',
  {
    title: 'Miss tax: unique URLs, a render that computes for 1 ms',
    note: 'Express 5 as above; each page is 30 KB, sent by `res.send(string)`, and asked for once. A render hashes as many bytes as take 1 ms of CPU. Caches without a middleware stand in one that was written by hand, as above, and keep the rendered string, 2,000 of them; apicache keeps all.',
  },
  { name: 'miss tax', most: 1.15 },
)

const AWAITED = contest('awaited', {
  title: 'Miss tax: unique URLs, a render that waits for 1 ms',
  note: 'The same with a timer in place of the work, which leaves nothing but the app’s and the cache’s own: no bar.',
})

/** A flood of URLs that are asked for once: what a cache costs where it cannot help. */
export const missTaxPart: Part = appPart(
  'miss-tax',
  'a flood of unique URLs through Express, beside the same app without a cache',
  [COMPUTED, AWAITED],
)

let asked = 0

function uniquePath(): string {
  asked++
  return `/search/${asked.toString(36)}?q=a-query-${asked}&page=1`
}
