import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { optionError, type SsrCacheError } from '../errors.ts'
import { expect } from './checks.ts'
import { defined } from './defined.ts'
import { parseOptions } from './parse.ts'
import { seconds } from './quantity.ts'

/**
 * Makes the client-side shell for one visitor, who is given one line of text where it throws or takes longer than a second. The request is what a shared render would
 * be given; its signal is aborted after that second.
 */
export type ShellFunction = (request: Request) => string | Uint8Array | Promise<string | Uint8Array>

/** The client-side shell: a file of HTML, by its path or `file:` URL; or a function that gives HTML. */
export type Shell = string | URL | ShellFunction

/** What goes out where a page is not to be had. */
export interface FallbackOptions {
  /** HTML by which the browser makes the page itself: a file, which is read once, at the start; or a function that gives it. */
  readonly shell: Shell
  /**
   * Status of a shell in place of a page that could not be rendered in time. With 200, monitors and caches in front take it for the page; search engines are kept
   * away by `X-Robots-Tag: noindex`, and may drop the page that they know. @default 503
   */
  readonly status?: 503 | 200
  /** Seconds after which to ask again: Retry-After of every 503 of the cache's own (RFC 9110 10.2.3). @default 5 */
  readonly retryAfter?: number
  /**
   * Whether it stands in, too, for a render that threw, and for a 500, 502 or 504 of the app whose body is HTML, plain text or nothing. The status is kept. What was
   * thrown goes to the log, and to no error handler of the app. @default true
   */
  readonly onError?: boolean
}

/** All defaults of {@link FallbackOptions}. */
export const FALLBACK_DEFAULTS: Required<Omit<FallbackOptions, 'shell'>> = Object.freeze({
  status: 503,
  retryAfter: 5,
  onError: true,
})

/** The option as the engine reads it. */
export interface FallbackSettings extends Required<Omit<FallbackOptions, 'shell'>> {
  readonly shell: Uint8Array | ShellFunction
}

const WAY_OUT = "Write new URL('./shell.html', import.meta.url), or (request) => html."

const schema = z.strictObject({
  admission: z.strictObject({
    fallback: z.strictObject({
      shell: expect(
        (value) => (typeof value === 'string' && value !== '') || value instanceof URL || typeof value === 'function',
        'the path or file: URL of a file of HTML, or a function that gives HTML',
        WAY_OUT,
      ),
      status: expect(
        (value) => value === 503 || value === 200,
        '503 or 200',
        'Write 503, which search engines and caches take for what it is.',
      ).optional(),
      retryAfter: seconds(1).optional(),
      onError: z.boolean().optional(),
    }),
  }),
})

/**
 * Checks the option, lays its defaults under it, and reads the file.
 * @throws ERR_SSR_CACHE_OPTION, also for a file that cannot be read or is empty.
 */
export function resolveFallback(given: Shell | FallbackOptions | undefined): FallbackSettings | undefined {
  if (given === undefined) return undefined
  const isOptions = typeof given === 'object' && given !== null && !(given instanceof URL)
  const fallback = isOptions ? given : { shell: given }
  parseOptions(schema, { admission: { fallback } })
  const { shell, ...rest } = fallback
  const html = typeof shell === 'function' ? shell : contentOf(shell)
  return { ...FALLBACK_DEFAULTS, ...defined(rest), shell: html }
}

function contentOf(file: string | URL): Uint8Array {
  const bytes = bytesOf(file)
  if (new TextDecoder().decode(bytes).trim() === '') throw fileError('a file that holds HTML, and it is empty', file)
  return bytes
}

function bytesOf(file: string | URL): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw fileError(`a file that can be read (${cause instanceof Error ? cause.message : String(cause)})`, file)
  }
}

function fileError(expected: string, file: string | URL): SsrCacheError {
  const isText = typeof file === 'string' && file.trimStart().startsWith('<')
  const got = typeof file === 'string' && !isText ? resolve(file) : String(file)
  const wayOut = isText ? 'Write () => html for HTML that is at hand.' : `Build the client first. ${WAY_OUT}`
  return optionError('admission.fallback', expected, got, wayOut)
}
