import { type AppContest, appPart } from './app-contest.ts'
import type { Part } from './part.ts'
import { PEERS } from './peers.ts'
import { HOT_PATH } from './shop.ts'

const CONTEST: AppContest = {
  title: 'Express: hit of a 30 KB page',
  note: 'Express 5, one process for each app, 10 connections from another. The baseline sends a constant buffer, its header fields as constant, by `writeHead` and `end` from the place where expressCache stands. Caches without a middleware stand in one that was written by hand: the URL as it was sent is the key, and what they keep is that buffer, sent as the baseline sends it.',
  path: () => HOT_PATH,
  baseline: { name: 'res.writeHead and res.end(buffer)', app: 'res.end(buffer)' },
  contenders: [
    {
      name: 'expressCache, hit',
      app: 'expressCache, hit',
      bar: { name: 'Express hit of a 30 KB page', most: 1.2 },
    },
    { name: 'res.send(buffer)', app: 'res.send(buffer)' },
    { name: 'res.send(string)', app: 'res.send(string)' },
    { name: 'apicache middleware, hit', app: 'apicache, hit' },
    ...PEERS.map(({ name }) => ({ name: `${name} in a middleware, hit`, app: `hit, ${name}` }) as const),
  ],
}

/** Hits through Express, over real connections. */
export const expressPart: Part = appPart(
  'express',
  'hits of a 30 KB page through Express, beside the same app sending a constant buffer',
  [CONTEST],
)
