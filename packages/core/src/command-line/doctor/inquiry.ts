import { shown } from '../../errors.ts'
import { GENERAL_OPTIONS, parsed } from '../arguments.ts'
import { requestHeaders } from '../request-headers.ts'
import { misuse } from '../usage-error.ts'
import { wholeNumber } from '../whole-number.ts'

/** What is asked, and how. */
export interface Inquiry {
  readonly url: URL
  /** Beside what every browser sends; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly secret: string | undefined
  readonly times: number
  readonly timeoutMs: number
}

/** What a command line asks of the doctor. */
export interface DoctorCommand {
  readonly kind: 'doctor'
  readonly inquiry: Inquiry
  readonly json: boolean
}

export const DOCTOR_HELP = `Asks a running app why a page is not answered from its cache, and says it in words.

  npx --no ssr-cache doctor URL [options]

  --cookie 'a=b'           a cookie to send; may be repeated
  --header 'name: value'   a header to send, or to send otherwise than browsers do; may be repeated
  --secret SECRET          admin.secret of the cache, so that it names route and culprit.
                           Others can read command lines: SSR_CACHE_SECRET in the environment does the same
  --times 2                how often the page is asked for, 1 to 10
  --timeout 30             seconds to wait for an answer
  --json                   what was found, for programs
  --help, --version

Ends with 0 if the page is a hit, or will be; 1 if something is to be mended; 2 if nobody could be asked.
`

const OPTIONS = {
  ...GENERAL_OPTIONS,
  cookie: { type: 'string', multiple: true },
  header: { type: 'string', multiple: true },
  secret: { type: 'string' },
  times: { type: 'string', default: '2' },
  timeout: { type: 'string', default: '30' },
  json: { type: 'boolean', default: false },
} as const

/**
 * Reads `doctor URL`.
 * @throws UsageError for what cannot be meant.
 */
export function readInquiry(args: readonly string[], env: NodeJS.ProcessEnv): DoctorCommand {
  const { values, positionals } = parsed(args, OPTIONS)
  const [, url, ...more] = positionals
  if (more.length > 0) misuse(`doctor must be given one URL, got ${shown(more[0])} too`, 'Ask for one page at a time.')
  const inquiry = {
    url: urlOf(url),
    headers: requestHeaders(values.header ?? [], values.cookie),
    // An empty variable is one that is not set.
    secret: secretOf(values.secret ?? (env['SSR_CACHE_SECRET'] || undefined)),
    times: wholeNumber('--times', values.times, { most: 10, example: 2 }),
    timeoutMs: wholeNumber('--timeout', values.timeout, { most: 600, example: 30 }) * 1000,
  }
  return { kind: 'doctor', inquiry, json: values.json }
}

function urlOf(text: string | undefined): URL {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    url.hash = ''
    return url
  }
  misuse(`doctor must be given an absolute http(s) URL, got ${shown(text)}`, `Write ${meantUrl(text)}`)
}

function meantUrl(text = '/'): string {
  if (text.includes('://')) return 'http:// or https://.'
  return `http://${text.replace(/^\/+/, 'localhost:3000/')}`
}

function secretOf(secret: string | undefined): string | undefined {
  // Its text is shown to nobody.
  if (secret !== undefined && !/^[!-~]+$/.test(secret))
    misuse('--secret must be visible ASCII characters, and this one holds others', 'Write what admin.secret is.')
  return secret
}
