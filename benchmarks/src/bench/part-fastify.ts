import { type AppContest, appPart } from './app-contest.ts'
import type { Part } from './part.ts'
import { HOT_PATH } from './shop.ts'

const NOTE =
  'Fastify 5, one process for each app, 10 connections from another. The baseline is a route that sends a constant buffer, its header fields as constant, by `reply.headers` and `reply.send`.'

const PLAIN: AppContest = {
  title: 'Fastify: hit of a 30 KB page',
  note: NOTE,
  path: () => HOT_PATH,
  baseline: { name: 'reply.headers and reply.send(buffer)', app: 'fastify, constant' },
  contenders: [
    {
      name: 'fastifyCache, hit',
      app: 'fastifyCache, hit',
      bar: { name: 'Fastify hit of a 30 KB page', most: 1.1 },
    },
  ],
}

const GZIP: AppContest = {
  title: 'Fastify: hit of a 30 KB page in gzip',
  note: `${NOTE} Visitors accept gzip, and the buffer was gzipped once; @fastify/compress encodes the page at each answer, as it comes.`,
  path: () => HOT_PATH,
  headers: { 'accept-encoding': 'gzip' },
  baseline: { name: 'reply.headers and reply.send(gzip buffer)', app: 'fastify, constant gzip' },
  contenders: [
    {
      name: 'fastifyCache, hit',
      app: 'fastifyCache, hit',
      bar: { name: 'Fastify hit of a 30 KB page in gzip', most: 1.1 },
    },
    { name: '@fastify/compress, reply.send(string)', app: '@fastify/compress, reply.send(string)' },
  ],
}

/** Hits through Fastify, over real connections. */
export const fastifyPart: Part = appPart(
  'fastify',
  'hits of a 30 KB page through Fastify, beside the same app sending a constant buffer',
  [PLAIN, GZIP],
)
