import { type AppContest, type AppEntry, appPart } from './app-contest.ts'
import type { AppName } from './apps.ts'
import type { Part } from './part.ts'
import { missingProxies, PROXIES, programOf } from './proxies.ts'
import { HOT_PATH } from './shop.ts'

const NOTE =
  'One process for each server (nginx and Varnish: with their workers), 10 connections from another. The baseline is a listener of node:http that sends a constant buffer, its header fields as constant, by `writeHead` and `end`. nginx and Varnish were given the page, with these fields, by the baseline, which is gone when they are measured. What is not installed with npm is Debian’s.'

const PLAIN: AppContest = {
  title: 'Servers: hit of a 30 KB page',
  note: NOTE + missingProxies(),
  path: () => HOT_PATH,
  baseline: { name: 'node:http, writeHead and end(buffer)', app: 'node, constant' },
  contenders: contenders('node, constant', 'cache.node hit of a 30 KB page'),
}

const GZIP: AppContest = {
  title: 'Servers: hit of a 30 KB page in gzip',
  note: `${NOTE} Visitors accept gzip, and the buffer was gzipped once. h3’s own cache keeps pages in one form, and compression is not its business: it sends 30 KB.${missingProxies()}`,
  path: () => HOT_PATH,
  headers: { 'accept-encoding': 'gzip' },
  baseline: { name: 'node:http, writeHead and end(gzip buffer)', app: 'node, constant gzip' },
  contenders: contenders('node, constant gzip', 'cache.node hit of a 30 KB page in gzip'),
}

/** Hits without a framework, beside servers that do nothing else. */
export const serversPart: Part = appPart(
  'servers',
  'hits of a 30 KB page through cache.node and cache.fetch, beside bare node:http, h3, nginx and Varnish',
  [PLAIN, GZIP],
)

function contenders(origin: AppName, bar: string): readonly AppEntry[] {
  return [
    { name: 'cache.node, hit', app: 'cache.node, hit', bar: { name: bar, most: 1.1 } },
    { name: 'cache.fetch of h3, hit', app: 'cache.fetch of h3, hit' },
    { name: 'h3 without a cache', app: 'h3, no cache' },
    { name: 'h3 with its own page cache, hit', app: 'h3, its own cache, hit' },
    { name: 'Express with apicache and compression, hit', app: 'compression, apicache, hit' },
    ...PROXIES.filter((proxy) => programOf(proxy) !== undefined).map(
      ({ name }): AppEntry => ({ name: `${name}, hit`, app: origin, behind: name }),
    ),
  ]
}
