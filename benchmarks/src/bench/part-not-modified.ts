import { type AppContest, appPart } from './app-contest.ts'
import type { AppName } from './apps.ts'
import type { Part } from './part.ts'
import { HOT_PATH } from './shop.ts'

/** What visitors cost who have the page already. */
export const notModifiedPart: Part = appPart('not-modified', 'a 304 of a kept page beside a hit that sends its 30 KB', [
  through('node:http', 'cache.node, hit'),
  through('Express', 'expressCache, hit'),
  through('Fastify', 'fastifyCache, hit'),
])

function through(way: string, app: AppName): AppContest {
  return {
    title: `${way}: 304 of a kept page`,
    note: 'The same app twice, one process each, 10 connections from another. The baseline sends the page; the other is asked with the ETag that the page has.',
    path: () => HOT_PATH,
    baseline: { name: `${app}: 200`, app },
    contenders: [
      { name: `${app}: 304`, app, revalidated: true, bar: { name: `${way}: 304 instead of a 30 KB page`, most: 1 } },
    ],
  }
}
