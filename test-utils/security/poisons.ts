import type { Asked } from '../serve.ts'

/** What a first visitor sends, so that others are given something else than their page. */
export interface Poison {
  readonly what: string
  readonly asked: Asked
  readonly path: string
  /** What the next visitors ask for. @default path */
  readonly next?: string
}

/** Stands in all that is sent, and in nothing that anybody else may be given. */
export const POISON = 'p0is0n'

const ABSENT = 'Sun, 06 Nov 1994 08:49:37 GMT'

const byHeader = (row: string, headers: Readonly<Record<string, string>>): readonly Poison[] =>
  Object.entries(headers).map(([name, value]) => ({
    what: `${name}: ${value} (${row})`,
    path: '/page',
    asked: { headers: { 'x-probe': POISON, [name]: value } },
  }))

const byTarget = (row: string, targets: readonly (readonly [path: string, next: string])[]): readonly Poison[] =>
  targets.map(([path, next]) => ({ what: `${path} (${row})`, path, next, asked: {} }))

const byMethod = (row: string, methods: readonly string[]): readonly Poison[] =>
  methods.map((method) => ({
    what: `${method} (${row})`,
    path: '/page',
    asked: {
      method,
      headers: { 'x-probe': POISON, 'content-type': 'text/plain', 'content-length': String(POISON.length) },
      body: POISON,
    },
  }))

const withSession = (row: string, paths: readonly string[]): readonly Poison[] =>
  paths.map((path) => ({
    what: `${path}, with a session (${row})`,
    path,
    asked: { headers: { cookie: `connect.sid=${POISON}` } },
  }))

/** By the rows of the scenarios. */
export const POISONS: readonly Poison[] = [
  ...byHeader('P2, R68', {
    'x-forwarded-host': `${POISON}.example`,
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '1337',
    'x-forwarded-prefix': `/${POISON}`,
    'x-host': `${POISON}.example`,
    'x-original-url': `/${POISON}`,
    'x-rewrite-url': `/${POISON}`,
    forwarded: `host=${POISON}.example;proto=https`,
  }),
  ...byTarget('P3', [
    [`/page?utm_source=${POISON}`, '/page'],
    [`/page?b=2&gclid=${POISON}&a=1`, '/page?a=1&b=2'],
  ]),
  ...byTarget('P4', [
    [`/page?a=1;utm_source=${POISON}`, '/page?a=1'],
    [`/page?utm_source=x;a=${POISON}`, '/page'],
    [`/page?utm_source=x%26a=${POISON}`, '/page'],
    [`/page?a=1%26b=${POISON}`, '/page?a=1'],
    [`/page?a=1%2526b=${POISON}`, '/page?a=1'],
    [`/page?a=1&a=${POISON}`, '/page?a=1'],
    [`/page?%61=${POISON}&a=1`, '/page?a=1'],
    [`/page?utm%5Fsource=${POISON}`, '/page'],
    [`/page%3Fa=${POISON}`, '/page'],
    [`/page%23${POISON}`, '/page'],
    [`/page%2f${POISON}`, '/page'],
  ]),
  ...byMethod('P5', ['GET']),
  ...byHeader('P5', { 'x-http-method-override': 'DELETE', 'x-method-override': 'PUT' }),
  ...withSession('P6', ['/account/x.css', '/account;x.js', '/account%2Fx.css', '/static/..%2Faccount', '/page']),
  ...byHeader('P6', { authorization: `Basic ${POISON}` }),
  ...byHeader('P7', {
    range: 'bytes=0-8',
    'if-none-match': `"${POISON}"`,
    'if-modified-since': ABSENT,
    'if-match': `"${POISON}"`,
    'if-unmodified-since': ABSENT,
    'if-range': `"${POISON}"`,
    te: 'trailers',
  }),
  ...byHeader('P8', { purpose: 'prefetch', 'sec-purpose': 'prefetch;prerender', 'x-moz': 'prefetch' }),
  ...byHeader('P9', {
    rsc: '1',
    'x-inertia': 'true',
    'hx-request': 'true',
    'sec-fetch-dest': 'empty',
    'next-router-prefetch': '1',
    accept: 'application/json',
  }),
  ...byHeader('P10', {
    'cache-status': `ssr-cache; hit; detail=${POISON}`,
    'cache-control': 'no-store, private',
    'cdn-cache-control': 'no-store',
    'surrogate-control': 'no-store',
    'surrogate-key': POISON,
    'ssr-cache': POISON,
    pragma: 'no-cache',
    age: '100000',
    etag: `"${POISON}"`,
    vary: POISON,
  }),
  ...byMethod('P12', ['POST', 'PUT', 'DELETE', 'HEAD']),
]
