import { endToEndFields, type Field } from '@ssr-cache/core/node'

/** By this name the gateway is known in Via. */
const PSEUDONYM = 'ssr-cache'

/**
 * What an origin believes of the proxy in front of it. The gateway is that proxy, and says nothing of this kind: a visitor who does would write into pages
 * that everybody gets.
 */
const CLAIMS = /^(?:forwarded|x-forwarded-.*|x-original-.*|x-rewrite-.*|x-host|x-real-ip)$/

/** The fields of a request that go on to the origin: all lines in their order, without those of one connection (RFC 9110 7.6.1). */
export function requestFields(fields: readonly Field[], httpVersion: string): readonly Field[] {
  // Node's server has answered `Expect: 100-continue` itself (RFC 9110 10.1.1).
  const own = endToEndFields(fields).filter(([name]) => name !== 'expect' && !CLAIMS.test(name))
  return [...own, via(httpVersion)]
}

/** The fields of an answer that go on to the visitor. */
export function responseFields(fields: readonly Field[], httpVersion: string): readonly Field[] {
  return [...endToEndFields(fields), via(httpVersion)]
}

/** RFC 9110 7.6.3 */
function via(httpVersion: string): Field {
  return ['via', `${httpVersion} ${PSEUDONYM}`]
}

/** Node's raw list, names and values in turn, as fields. */
export function fieldsOf(raw: readonly string[]): readonly Field[] {
  const fields: Field[] = []
  for (let i = 0; i < raw.length; i += 2) fields.push([String(raw[i]).toLowerCase(), String(raw[i + 1])])
  return fields
}
