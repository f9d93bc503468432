import { onlyFile, positiveCount, positiveNumber, readArguments } from '../command-line/arguments.ts'
import { UsageError } from '../command-line/command-error.ts'

export const HELP = `npm run replay -- FILE [--speed N] [--concurrency N] [--limit N] [--origin URL] [--json]

Sends the requests of an access log again, to a storefront that it starts for this, and prints what the cache made of them.

FILE             an access log in common or combined format, plain or gzip (known by its bytes, not by its name)
--speed N        N times the log's own pace; without it, as fast as answers come back
--concurrency N  requests under way at once, 8 unless set
--limit N        stop after N requests
--origin URL     ask this app instead, with the log's own paths: for the app that wrote the log
--json           one JSON object on stdout, and nothing else there
--help           this text

What is sent. GET, HEAD and OPTIONS are sent as what they are; other methods change something, and are skipped. So are files: paths that end in
an extension, but for those of pages (.html, .php, …). Whatever is skipped is counted. The query is sent as the log has it; so are referer and
user agent, where it has them. Each client address is one visitor, with a cookie of its own that no key holds.

Which page. / is the storefront's home page. Every other path of the log is one film's page, chosen by a hash of the path, with that hash as a
parameter (log-page=…) that is part of the key. So the same path is always the same page, two paths are always two, and the pages are as
popular as they were in the log, in any run and with any length of log.`

export interface ReplayArguments {
  readonly file: string
  /** `undefined`: as fast as answers come back. */
  readonly speed: number | undefined
  readonly concurrency: number
  readonly limit: number
  /** `undefined`: a storefront that is started for this. */
  readonly origin: string | undefined
  readonly json: boolean
}

/** @throws {@link UsageError} in one line. */
export function replayArguments(argv: readonly string[]): ReplayArguments | 'help' {
  const { values, positionals } = readArguments(argv, {
    speed: { type: 'string' },
    concurrency: { type: 'string', default: '8' },
    limit: { type: 'string' },
    origin: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  })
  if (values.help) return 'help'
  return {
    speed: values.speed === undefined ? undefined : positiveNumber('speed', values.speed),
    concurrency: positiveCount('concurrency', values.concurrency),
    limit: values.limit === undefined ? Number.POSITIVE_INFINITY : positiveCount('limit', values.limit),
    origin: values.origin === undefined ? undefined : originOf(values.origin),
    json: values.json,
    file: onlyFile(positionals),
  }
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin
  throw new UsageError(`--origin must be scheme and host of an app, such as http://localhost:3000, got "${text}".`)
}
