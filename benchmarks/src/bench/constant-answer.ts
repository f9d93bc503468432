import type { RequestListener, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { PAGE } from './shop.ts'

/** Bytes and fields that are made once: what a server would send that had nothing to find out. */
export interface ConstantAnswer {
  readonly fields: Readonly<Record<string, string | number>>
  readonly body: Buffer
}

/** The fields that a hit has, for an answer that says what a hit says. */
const FIELDS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'public, max-age=0, s-maxage=86399',
  etag: 'W/"0123456789abcdefghijkl"',
  vary: 'accept-encoding',
  'cache-status': 'ssr-cache; hit; ttl=86399',
}

const BYTES = Buffer.from(PAGE)
const GZIPPED = gzipSync(PAGE)

export const CONSTANT: ConstantAnswer = { fields: { ...FIELDS, 'content-length': BYTES.length }, body: BYTES }

export const CONSTANT_GZIP: ConstantAnswer = {
  fields: { ...FIELDS, 'content-encoding': 'gzip', 'content-length': GZIPPED.length },
  body: GZIPPED,
}

export function sendConstant(response: ServerResponse, { fields, body }: ConstantAnswer = CONSTANT): void {
  response.writeHead(200, fields)
  response.end(body)
}

/** Answers each request with it. */
export function constantly(answer: ConstantAnswer = CONSTANT): RequestListener {
  return (_, response) => sendConstant(response, answer)
}
