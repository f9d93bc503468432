import { validateHeaderName, validateHeaderValue } from 'node:http'
import { parseArgs } from 'node:util'
import { shown } from '../errors.ts'

/** What is asked, and how. */
export interface Inquiry {
  readonly url: URL
  /** Beside what every browser sends; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly secret: string | undefined
  readonly times: number
  readonly timeoutMs: number
}

/** What a command line says. */
export type Command =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'doctor'; readonly inquiry: Inquiry; readonly json: boolean }

/** A command line that says nothing that can be done: its message is one line with the way out. */
export class UsageError extends Error {}

export const HELP = `Asks a running app why a page is not answered from its cache, and says it in words.

  ssr-cache doctor URL [options]

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
  cookie: { type: 'string', multiple: true },
  header: { type: 'string', multiple: true },
  secret: { type: 'string' },
  times: { type: 'string' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

type Values = ReturnType<typeof parsed>['values']

/**
 * Reads a command line.
 * @throws UsageError for what cannot be meant.
 */
export function readCommand(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const { values, positionals } = parsed(args)
  if (values.help === true) return { kind: 'help' }
  if (values.version === true) return { kind: 'version' }
  const [name, url, ...more] = positionals
  if (name !== 'doctor') fail(`a command must be doctor, got ${shown(name)}`, 'Write: ssr-cache doctor URL')
  if (more.length > 0) fail(`doctor must be given one URL, got ${shown(more[0])} too`, 'Ask for one page at a time.')
  return { kind: 'doctor', inquiry: inquiryOf(url, values, env), json: values.json === true }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    const [said = ''] = String((error as Error).message).split('\n') // parseArgs throws nothing else
    fail(said.replace(/\.?$/, ''), 'ssr-cache --help lists all options.')
  }
}

function inquiryOf(url: string | undefined, values: Values, env: NodeJS.ProcessEnv): Inquiry {
  return {
    url: urlOf(url),
    headers: headersOf(values.header ?? [], values.cookie ?? []),
    // An empty variable is one that is not set.
    secret: secretOf(values.secret ?? (env['SSR_CACHE_SECRET'] || undefined)),
    times: countOf('--times', values.times, { most: 10, usual: 2 }),
    timeoutMs: countOf('--timeout', values.timeout, { most: 600, usual: 30 }) * 1000,
  }
}

function urlOf(text: string | undefined): URL {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    url.hash = ''
    return url
  }
  fail(`doctor must be given an absolute http(s) URL, got ${shown(text)}`, `Write ${meantUrl(text)}`)
}

function meantUrl(text = '/'): string {
  if (text.includes('://')) return 'http:// or https://.'
  return `http://${text.replace(/^\/+/, 'localhost:3000/')}`
}

function headersOf(lines: readonly string[], cookies: readonly string[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) fail(`--header must be 'name: value', got ${shown(line)}`, "Write --header 'accept-language: de'")
    headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  const cookie = [headers['cookie'], ...cookies].filter((each) => each !== undefined).join('; ')
  if (cookie !== '') headers['cookie'] = cookie
  for (const [name, value] of Object.entries(headers)) checkField(name, value)
  return headers
}

function checkField(name: string, value: string): void {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch {
    fail(`a header must be what HTTP can carry, got ${shown(`${name}: ${value}`)}`, 'Percent-encode what is not ASCII.')
  }
}

function secretOf(secret: string | undefined): string | undefined {
  // Its text is shown to nobody.
  if (secret !== undefined && !/^[!-~]+$/.test(secret))
    fail('--secret must be visible ASCII characters, and this one holds others', 'Write what admin.secret is.')
  return secret
}

function countOf(
  option: string,
  text: string | undefined,
  o: { readonly most: number; readonly usual: number },
): number {
  const count = Number(text ?? o.usual)
  if (Number.isInteger(count) && count >= 1 && count <= o.most) return count
  fail(`${option} must be a whole number from 1 to ${o.most}, got ${shown(text)}`, `Write ${option} ${o.usual}`)
}

function fail(what: string, wayOut: string): never {
  throw new UsageError(`${what}. ${wayOut}`)
}
