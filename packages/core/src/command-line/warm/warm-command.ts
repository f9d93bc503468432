import { shown } from '../../errors.ts'
import { siteOrigin } from '../../warm/site-pages.ts'
import { GENERAL_OPTIONS, parsed } from '../arguments.ts'
import { requestHeaders } from '../request-headers.ts'
import { misuse } from '../usage-error.ts'
import { wholeNumber } from '../whole-number.ts'

/** Which pages a command line asks for, and how. */
export interface WarmCommand {
  readonly kind: 'warm'
  /** A file; `-` is standard input. */
  readonly list: string
  /** Scheme and host of what is given as a path. */
  readonly origin: string | undefined
  readonly concurrency: number
  /** Beside what every browser sends; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** How many of the list are asked for. */
  readonly limit: number
  readonly timeoutMs: number
  readonly json: boolean
}

export const WARM_HELP = `Asks a running app for its pages before visitors do, and says what became of them.

  npx --no ssr-cache warm LIST --origin https://shop.example [options]

  LIST                     a file, or - for standard input: a URL or path on each line (empty lines, and those that
                           begin with #, are skipped), or a JSON array of them
  --origin https://…       scheme and host of paths; what is of another site refuses the list. Unless given, that of
                           the first URL
  --concurrency 2          how many pages are asked for side by side, 1 to 64
  --header 'name: value'   a header to send, or to send otherwise than browsers do; may be repeated
  --limit N                only the first N of the list
  --timeout 30             seconds to wait for an answer, 1 to 600
  --json                   the report alone, for programs
  --help, --version

The whole list is looked at before the first page is asked for. Ends with 0 if all are kept now; 1 if some are not; 2 if
nothing could be asked for; 130 if Ctrl-C called it off, when what is under way has ended and the report is printed.
`

const OPTIONS = {
  ...GENERAL_OPTIONS,
  origin: { type: 'string' },
  concurrency: { type: 'string', default: '2' },
  header: { type: 'string', multiple: true },
  limit: { type: 'string' },
  timeout: { type: 'string', default: '30' },
  json: { type: 'boolean', default: false },
} as const

/**
 * Reads `warm LIST`.
 * @throws UsageError for what cannot be meant.
 */
export function readWarmCommand(args: readonly string[]): WarmCommand {
  const { values, positionals } = parsed(args, OPTIONS)
  const [, list, ...more] = positionals
  if (list === undefined)
    misuse('warm must be given a list, got none', 'Write: ssr-cache warm urls.txt --origin https://shop.example')
  if (more.length > 0)
    misuse(`warm must be given one list, got ${shown(more[0])} too`, 'Join them: cat A B | ssr-cache warm -')
  return {
    kind: 'warm',
    list,
    origin: values.origin === undefined ? undefined : originOf(values.origin),
    concurrency: wholeNumber('--concurrency', values.concurrency, { most: 64, example: 2 }),
    headers: requestHeaders(values.header ?? []),
    limit: values.limit === undefined ? Infinity : wholeNumber('--limit', values.limit, { most: 1e9, example: 100 }),
    timeoutMs: wholeNumber('--timeout', values.timeout, { most: 600, example: 30 }) * 1000,
    json: values.json,
  }
}

function originOf(text: string): string {
  const origin = siteOrigin(text)
  if (origin !== undefined) return origin
  misuse(`--origin must be scheme and host of the site, got ${shown(text)}`, 'Write --origin https://shop.example')
}
