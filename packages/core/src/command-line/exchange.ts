import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Field } from '../fields.ts'

/** One GET, as it went out. */
export interface Sent {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Ends it before an answer has come. */
  readonly signal?: AbortSignal
  /** Who asks, for the logs of the app. */
  readonly as: 'ssr-cache-doctor' | 'ssr-cache-warm'
}

/** What came back: nothing decoded, nothing joined, nothing hidden. */
export interface Reply {
  readonly status: number
  /** Every line as it came, names in lower case. */
  readonly fields: readonly Field[]
  /** The beginning of the body. */
  readonly body: Buffer
  /** It broke off, or did not end in time. @default false */
  readonly isCutOff?: boolean
  /** Milliseconds until the head was there. */
  readonly ms: number
}

/** What a browser sends with a visit that somebody typed in. */
const BROWSER: Readonly<Record<string, string>> = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-encoding': 'gzip, deflate, br',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
  'upgrade-insecure-requests': '1',
}

// An explanation is far smaller; of a page nothing is read but its head.
const MOST_BYTES = 1024 ** 2

/** Sends one GET over a connection of its own. Rejects with Node's own error, or where no head came in time. */
export async function exchange({ url, headers, timeoutMs, signal: end, as }: Sent): Promise<Reply> {
  const limit = AbortSignal.timeout(timeoutMs)
  const signal = end === undefined ? limit : AbortSignal.any([limit, end])
  const begun = performance.now()
  const { get } = url.protocol === 'https:' ? https : http
  const sent = { ...BROWSER, 'user-agent': `Mozilla/5.0 (compatible; ${as})`, ...headers }
  const response = await answered(get(url, { headers: sent, agent: false, signal }))
  const ms = Math.round(performance.now() - begun)
  const { statusCode: status = 0, rawHeaders } = response
  return { status, fields: fieldsOf(rawHeaders), ...(await bodyOf(response)), ms }
}

function answered(request: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request.once('response', resolve)
  // Not once: a connection may break more than one time, and nobody must be left to hear of it.
  request.on('error', reject)
  return promise
}

function fieldsOf(raw: readonly string[]): readonly Field[] {
  const fields: Field[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) fields.push([String(raw[i]).toLowerCase(), String(raw[i + 1])])
  return fields
}

/** Read to its end, so that the app sees a visitor who stays. */
async function bodyOf(response: IncomingMessage): Promise<Pick<Reply, 'body' | 'isCutOff'>> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (size < MOST_BYTES) chunks.push(chunk)
      size += chunk.length
    }
    return { body: Buffer.concat(chunks) }
  } catch {
    return { body: Buffer.concat(chunks), isCutOff: true }
  }
}
