import { parseArgs } from 'node:util'
import { type AdapterName, GATEWAYS } from './gateway.ts'
import type { GatewayCacheOptions } from './gateway-cache.ts'
import type { UpstreamOptions } from './upstream.ts'

export const HELP = `npm run gateway -- --origin URL [options]

The cache in front of an HTTP origin, whose own fields decide what is kept and for how long (RFC 9111).

--origin URL           where the origin is: http://127.0.0.1:8000
--port N               where to listen (8080)
--host ADDRESS         on which address of this machine (127.0.0.1)
--adapter NAME         express, fastify or fetch (express)
--store NAME           where pages are kept: memory (memory)
--cdn-cache-control    heed CDN-Cache-Control over Cache-Control (RFC 9213)
--heuristic FRACTION   of the time since Last-Modified, what says nothing of its own is kept; 0: not at all (0.1)
--timeout SECONDS      how long the origin may keep silent (30)
--help                 this text`

/** What a gateway is started with. */
export interface GatewayOptions extends GatewayCacheOptions, UpstreamOptions {
  readonly port: number
  readonly host: string
  readonly adapter: AdapterName
}

/** A command line that cannot be carried out, in one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Reads a command line; `'help'` where that is asked for. @throws {@link UsageError} */
export function gatewayOptions(argv: readonly string[]): GatewayOptions | 'help' {
  const values = parsed(argv)
  if (values.help) return 'help'
  oneOf('store', values.store, ['memory'])
  return {
    origin: originOf(values.origin),
    port: wholeNumber('port', values.port, { min: 0, max: 65_535 }),
    host: values.host,
    adapter: oneOf('adapter', values.adapter, Object.keys(GATEWAYS) as AdapterName[]), // its own keys
    cdnCacheControl: values['cdn-cache-control'],
    heuristic: fraction('heuristic', values.heuristic),
    timeoutMs: wholeNumber('timeout', values.timeout, { min: 1, max: 86_400 }) * 1000,
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS }).values
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(/\.\s/, 1)[0]}. --help lists what there is.`) // parseArgs throws nothing else
  }
}

const OPTIONS = {
  origin: { type: 'string' },
  port: { type: 'string', default: '8080' },
  host: { type: 'string', default: '127.0.0.1' },
  adapter: { type: 'string', default: 'express' },
  store: { type: 'string', default: 'memory' },
  'cdn-cache-control': { type: 'boolean', default: false },
  heuristic: { type: 'string', default: '0.1' },
  timeout: { type: 'string', default: '30' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

function originOf(text: string | undefined): URL {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined
  const isOrigin = url?.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  if (url !== undefined && isOrigin && /^https?:$/.test(url.protocol)) return url
  throw new UsageError(`--origin must be scheme, host and port, such as http://127.0.0.1:8000, got ${text ?? 'none'}.`)
}

function oneOf<const Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const name = names.find((each) => each === text)
  if (name !== undefined) return name
  throw new UsageError(`--${option} must be ${names.join(' or ')}, got "${text}".`)
}

function wholeNumber(
  option: string,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`--${option} must be a whole number from ${min} to ${max}, got "${text}".`)
}

function fraction(option: string, text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  if (value <= 1) return value
  throw new UsageError(`--${option} must be a number from 0 to 1, got "${text}".`)
}
