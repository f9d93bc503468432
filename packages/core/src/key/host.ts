const DEFAULT_PORT = { http: '80', https: '443' } as const

/**
 * A Host field in its one spelling: lower case, without the scheme's own port and without a trailing dot. `undefined` where it is no host
 * (RFC 9112 3.2: that request is 400).
 */
export function canonicalHost(host: string, scheme: 'http' | 'https'): string | undefined {
  if (host.length === 0 || host.length > 259) return undefined
  const lower = host.toLowerCase()
  const nameEnd = lower.startsWith('[') ? lower.indexOf(']') + 1 : portAt(lower)
  const name = canonicalName(lower.slice(0, nameEnd))
  const port = lower.slice(nameEnd)
  if (name === undefined || !isPort(port)) return undefined
  return port === '' || port.slice(1) === DEFAULT_PORT[scheme] ? name : name + port
}

function portAt(host: string): number {
  const colon = host.indexOf(':')
  return colon < 0 ? host.length : colon
}

function canonicalName(name: string): string | undefined {
  const bracketed = name.startsWith('[')
  const text = bracketed ? name.slice(1, -1) : name.endsWith('.') ? name.slice(0, -1) : name
  if (text === '' || text.startsWith('.') || text.endsWith('.') || text.includes('..')) return undefined
  for (let i = 0; i < text.length; i++) {
    if (!isNameCode(text.charCodeAt(i), bracketed)) return undefined
  }
  return bracketed ? name : text
}

/** Letters, digits, `-`, `.` and `_` in a name; hex digits, `:` and `.` in an IPv6 address. */
function isNameCode(code: number, bracketed: boolean): boolean {
  if ((code >= 0x30 && code <= 0x39) || code === 0x2e) return true
  if (bracketed) return (code >= 0x61 && code <= 0x66) || code === 0x3a
  return (code >= 0x61 && code <= 0x7a) || code === 0x2d || code === 0x5f
}

/** Nothing, or a colon and a port number without leading zeros (two spellings of one port would be two keys). */
function isPort(text: string): boolean {
  if (text === '') return true
  const port = Number(text.slice(1))
  return text === `:${port}` && Number.isInteger(port) && port > 0 && port < 65_536
}

/** Whether a canonical host is one of `allowed`: exact with its port, or below `*.` (never the bare domain itself). */
export function isAllowedHost(host: string, allowed: ReadonlySet<string>): boolean {
  if (allowed.has(host)) return true
  for (let dot = host.indexOf('.'); dot > 0; dot = host.indexOf('.', dot + 1)) {
    if (allowed.has(`*${host.slice(dot)}`)) return true
  }
  return false
}
