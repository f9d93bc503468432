type Scheme = 'http' | 'https'

const DEFAULT_PORT = { http: 80, https: 443 } as const

/** Longest DNS name, and a port (RFC 1035 2.3.4). */
const MAX_LENGTH = 253 + ':65535'.length

/**
 * A Host field in its one spelling: lower case, without the scheme's own port and without a trailing dot. `undefined` where it is no host
 * (RFC 9112 3.2: that request is 400).
 */
export function canonicalHost(host: string, scheme: Scheme): string | undefined {
  if (host.length > MAX_LENGTH) return undefined
  const nameEnd = host.startsWith('[') ? host.indexOf(']') + 1 : portAt(host)
  const name = canonicalName(host.slice(0, nameEnd))
  const port = canonicalPort(host.slice(nameEnd), scheme)
  if (name === undefined || port === undefined) return undefined
  // The render's URL is made from it: `1.2.3.999` has the characters of a host, and is none.
  return DOUBTFUL.test(name) && !URL.canParse(`${scheme}://${name}`) ? undefined : name + port
}

/** Of names in lower case, the URL standard refuses only addresses and Punycode that are none (URL 3.5, host parsing); to ask its parser takes 300 ns. */
const DOUBTFUL = /[[\d]|xn-/

function portAt(host: string): number {
  const colon = host.indexOf(':')
  return colon < 0 ? host.length : colon
}

/** Letters, digits, `-` and `_`, as certificates and real hosts have them. No flag `u`: with it, the Kelvin sign would be a k. */
const NAME = /^[\w-]+(\.[\w-]+)*\.?$/

/** RFC 3986 3.2.2, as far as it takes to keep everything else out. */
const IPV6 = /^\[[\da-f:.]+\]$/i

function canonicalName(name: string): string | undefined {
  if (NAME.test(name)) return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
  return IPV6.test(name) && name.includes(':') ? name.toLowerCase() : undefined
}

/** Empty, or a colon and a port that is not the scheme's own (RFC 3986 6.2.3). Leading zeros are refused: two spellings would be two keys. */
function canonicalPort(text: string, scheme: Scheme): string | undefined {
  if (text === '' || text === ':') return ''
  const port = Number(text.slice(1))
  if (text !== `:${port}` || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined
  return port === DEFAULT_PORT[scheme] ? '' : text
}

/** The hosts that may be asked for, by scheme: `shop.example:80` is `shop.example` under http alone. */
export type AllowedHosts = Readonly<Record<Scheme, ReadonlySet<string>>>

/** Compiles host patterns that were checked with the options: exact with their port, or everything below `*.`. */
export function allowedHosts(patterns: readonly string[]): AllowedHosts {
  const under = (scheme: Scheme): ReadonlySet<string> =>
    new Set(patterns.flatMap((pattern) => canonicalPattern(pattern, scheme) ?? []))
  return { http: under('http'), https: under('https') }
}

/** A host or `*.host` in its one spelling, or `undefined` where it is neither. */
export function canonicalPattern(pattern: string, scheme: Scheme): string | undefined {
  if (!pattern.startsWith('*.')) return canonicalHost(pattern, scheme)
  const above = canonicalHost(pattern.slice(2), scheme)
  return above === undefined || above.startsWith('[') ? undefined : `*.${above}`
}

/** Whether a canonical host is one of `allowed`: exact with its port, or below `*.` (never the bare domain itself). */
export function isAllowedHost(host: string, scheme: Scheme, allowed: AllowedHosts): boolean {
  const patterns = allowed[scheme]
  if (patterns.has(host)) return true
  for (let dot = host.indexOf('.'); dot > 0; dot = host.indexOf('.', dot + 1)) {
    if (patterns.has(`*${host.slice(dot)}`)) return true
  }
  return false
}
