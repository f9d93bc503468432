import type { Logger } from '@ssr-cache/core'

interface Kind {
  readonly name: string
  readonly pattern: RegExp
  readonly wayOut: string
}

/** What can be wrong with a server, told by code or text of the error, and what to do about it. The first that matches counts. */
const KINDS: readonly Kind[] = [
  {
    name: 'password',
    pattern: /WRONGPASS|NOAUTH|invalid password|invalid username-password|AUTH <password> called/i,
    wayOut: 'Redis wants another user name or password: write them into "url" or "connection".',
  },
  {
    name: 'permission',
    pattern: /NOPERM/,
    wayOut: 'The user may not do this: give it the rights that the README of @ssr-cache/redis-adapter lists.',
  },
  {
    name: 'host',
    pattern: /ENOTFOUND|EAI_AGAIN/,
    wayOut: 'No such host: look for a typing error in "url", or ask the resolver of this machine.',
  },
  {
    name: 'tls',
    pattern: /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/,
    wayOut:
      'TLS failed: hand the certificate authority to "connection.tls.ca"; rediss:// is for servers with TLS, redis:// for those without.',
  },
  {
    name: 'read-only',
    pattern: /READONLY/,
    wayOut: 'This is a replica: connect to the primary, through Sentinel where there is one.',
  },
  {
    name: 'memory',
    pattern: /OOM command not allowed/,
    wayOut: 'Redis is full: raise maxmemory, or set maxmemory-policy to volatile-lru.',
  },
  {
    name: 'disk',
    pattern: /MISCONF/,
    wayOut: 'Redis cannot write to its disk, and therefore takes no writes: free the disk.',
  },
  {
    name: 'loading',
    pattern: /LOADING|MASTERDOWN/,
    wayOut: 'Redis is starting; wait.',
  },
  {
    name: 'cluster',
    pattern: /CLUSTERDOWN|MOVED|CROSSSLOT|startup nodes|slots cache/i,
    wayOut: 'Part of the cluster is gone, or this is a cluster: for one, write "cluster" instead of "url".',
  },
  {
    name: 'foreign',
    pattern: /WRONGTYPE/,
    wayOut: 'Another program uses names that begin alike: give each its own "keyPrefix".',
  },
  {
    name: 'unreachable',
    pattern:
      /ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|EPIPE|sentinels are unreachable|[Cc]onnection is closed|no connection is open|timeout/,
    wayOut: 'Nobody answers there: look whether Redis runs, and whether this machine may reach it.',
  },
]

const OTHER = 'See what Redis says.'

/** Which connection it is about: messages may be refused where commands are not. */
type Part = 'commands' | 'messages'

/** What goes on being wrong is said again after so long. */
const AGAIN_MS = 60_000

/** Different troubles that are remembered as said; of a server that says something new each time, no more is kept. */
const REMEMBERED = 20

/** Says once what is wrong with a server, and once that it is over; a line per request would bury both. */
export class Trouble {
  readonly #logger: Logger
  readonly #said = new Map<string, { readonly part: Part; readonly at: number }>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  report(error: unknown, part: Part = 'commands'): void {
    const text = textOf(error).replace(/\.+$/, '')
    const kind = KINDS.find(({ pattern }) => pattern.test(text))
    const message = `Redis failed, and the app goes on without it: ${text}. ${kind?.wayOut ?? OTHER}`
    this.say(kind?.name ?? text, message, { error, part })
  }

  /** `kind` is said once, until all is well with that part again, or a minute has passed. */
  say(kind: string, message: string, o: { readonly error: unknown; readonly part?: Part }): void {
    const now = performance.now()
    if (now - (this.#said.get(kind)?.at ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return
    if (this.#said.size >= REMEMBERED) this.#said.clear()
    this.#said.set(kind, { part: o.part ?? 'commands', at: now })
    this.#logger.error({ err: o.error }, message)
  }

  over(part: Part): void {
    const settled = [...this.#said].filter(([, said]) => said.part === part)
    for (const [kind] of settled) this.#said.delete(kind)
    if (settled.length > 0) this.#logger.info({}, AGAIN[part])
  }
}

const AGAIN: Readonly<Record<Part, string>> = {
  commands: 'Redis answers again',
  messages: 'messages of Redis are heard again',
}

/** What ioredis rejects commands with that it did not send, or of which it does not know what became; it speaks of its options. */
const UNSENT = /^Stream isn't writeable|^Cluster isn't ready|^Reached the max retries per request/

/** What an error says, in plain words. One of several addresses has a code and no message; one of the cluster has its reason inside. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (UNSENT.test(error.message)) return 'no connection is open'
  const code = 'code' in error ? String(error.code) : ''
  const inner = 'lastNodeError' in error ? textOf(error.lastNodeError) : ''
  const said = [error.message.includes(code) ? '' : code, error.message, inner].filter((part) => part !== '')
  return said.join(': ')
}
