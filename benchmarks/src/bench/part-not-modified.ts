import { measureApps } from './app-contest.ts'
import type { AppName } from './apps.ts'
import type { Effort } from './contest.ts'
import type { Part } from './part.ts'
import type { TableSamples } from './samples.ts'
import { HOT_PATH } from './shop.ts'

/** What visitors cost who have the page already. */
export const notModifiedPart: Part = {
  name: 'not-modified',
  about: 'a 304 of a kept page beside a hit that sends its 30 KB',
  async measure(effort) {
    return [
      await throughApp('node:http', 'cache.node, hit', effort),
      await throughApp('Express', 'expressCache, hit', effort),
      await throughApp('Fastify', 'fastifyCache, hit', effort),
    ]
  },
}

function throughApp(way: string, app: AppName, effort: Effort): Promise<TableSamples> {
  const contest = {
    title: `${way}: 304 of a kept page`,
    note: 'The same app twice, one process each, 10 connections from another. The baseline sends the page; the other is asked with the ETag that the page has.',
    path: () => HOT_PATH,
    baseline: { name: `${app}: 200`, app },
    contenders: [
      { name: `${app}: 304`, app, revalidated: true, bar: { name: `${way}: 304 instead of a 30 KB page`, most: 1 } },
    ],
  } as const
  return measureApps(contest, effort)
}
