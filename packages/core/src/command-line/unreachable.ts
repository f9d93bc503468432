/** Nobody could be asked: one line that says what was tried, what came, and the way out. */
export class Unreachable extends Error {}

/** What Node calls a failure, and what it means to whoever asked. */
const CAUSES: readonly (readonly [code: RegExp, came: string, wayOut: string])[] = [
  [/^ECONNREFUSED$/, 'nobody listens there', 'Start the app, or correct host and port.'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'no such host is known', 'Correct the name, or look after DNS.'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'no way leads there', 'Look after the network.'],
  [/^(ABORT_ERR|ETIMEDOUT)$/, 'no answer came in time', 'Look whether the app hangs, or wait longer: --timeout 120'],
  [/^ECONNRESET$|^EPIPE$/, 'the connection was closed without an answer', 'Look whether the port speaks HTTPS.'],
  [/^HPE_/, 'what answers speaks no HTTP', 'Correct the port, or write https: instead of http:.'],
  [
    /^(EPROTO|ERR_SSL_.*)$/,
    'what answers speaks no TLS that this side knows',
    'Correct the port, or write http: instead of https:.',
  ],
  [
    /CERT|^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS)/,
    'its certificate is not trusted',
    'Name the authority that signed it: NODE_EXTRA_CA_CERTS=ca.pem',
  ],
]

/** The one line for an error of Node's. */
export function unreachable(url: URL, error: unknown): Unreachable {
  const { came, wayOut } = failureOf(error)
  return new Unreachable(`GET ${shownUrl(url)} failed: ${came}. ${wayOut}`)
}

/** What an error of Node's says of a request: what came in place of an answer, and the way out. */
export function failureOf(error: unknown): { readonly came: string; readonly wayOut: string } {
  const { code, message } = error as { code?: unknown; message?: unknown } // Node's errors have both
  const known = CAUSES.find(([pattern]) => pattern.test(String(code)))
  const [, came, wayOut] = known ?? [undefined, String(message), 'Look whether the app runs.']
  return { came: `${came} (${String(code ?? 'unknown')})`, wayOut }
}

/** Without name and password, which are nobody else's business. */
export function shownUrl({ origin, pathname, search }: URL): string {
  return origin + pathname + search
}
