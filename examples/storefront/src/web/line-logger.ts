import { inspect } from 'node:util'
import { isSsrCacheError, type Logger } from '@ssr-cache/core'

/** Of several processes, the one that says what happens to all of them alike. */
const SPEAKER = 'node 1'

const silent = (): void => {}

/** One line for each thing that goes wrong, with the name of the process: many write to one terminal. */
export function lineLogger(name: string): Logger {
  const forAll = name === SPEAKER ? line(name) : silent
  return { debug: silent, info: forAll, warn: forAll, error: line(name) }
}

/** What Redis has to say, which every process hears. */
export function redisLogger(name = SPEAKER): Logger {
  const forAll = name === SPEAKER ? line(name) : silent
  return { debug: silent, info: forAll, warn: forAll, error: forAll }
}

function line(name: string): Logger['error'] {
  return (details, message) => {
    const error: unknown = Reflect.get(details, 'error')
    // The store has said why, once; each request that went on without it would say so again.
    if (isSsrCacheError(error) && error.code === 'ERR_SSR_CACHE_STORE') return
    console.error(`${name}  ${message}${error === undefined ? rest(details) : `: ${textOf(error)}`}`)
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What else is told, on the same line; `err` has been put into words already. */
function rest({ err: _, ...details }: { readonly err?: unknown }): string {
  return Object.keys(details).length === 0
    ? ''
    : `: ${inspect(details, { breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 5 })}`
}
