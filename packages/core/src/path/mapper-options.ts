import { optionError } from '../errors.ts'
import { canonicalHost } from '../key/host.ts'
import { checkObject, refuseUnknown } from '../option-checks.ts'

/** Options of {@link createPathMapper}. Writer and reader hand in the same ones; the stamp tells where they did not. */
export interface PathMapperOptions {
  /**
   * The one site that the pages belong to: scheme and host, such as `https://shop.example`. URLs without a host are read as URLs of this site, and
   * `toUrl` gives absolute URLs.
   * @default undefined: paths and queries only
   */
  readonly origin?: string | undefined
  /**
   * Whether pages of many hosts lie side by side, each host in a folder of its own: `shop.example/`, or `http@shop.example/`
   * where the scheme is not https.
   * @default false
   */
  readonly hostFolders?: boolean | undefined
  /**
   * What every page's file name ends with: a dot, and up to 15 lower-case letters and digits.
   * @default '.html'
   */
  readonly extension?: string | undefined
}

/** Every option with its value. */
export interface PathMapperSettings {
  readonly origin: string | undefined
  readonly hostFolders: boolean
  readonly extension: string
}

export const PATH_MAPPER_DEFAULTS: PathMapperSettings = {
  origin: undefined,
  hostFolders: false,
  extension: '.html',
}

/** @throws ERR_SSR_CACHE_OPTION for an unknown option or a value of the wrong type or form. */
export function resolvePathMapperOptions(options: PathMapperOptions): PathMapperSettings {
  checkObject('options', options)
  refuseUnknown('', options, Object.keys(PATH_MAPPER_DEFAULTS))
  const { origin, hostFolders, extension } = options
  return Object.freeze({
    origin: origin === undefined ? PATH_MAPPER_DEFAULTS.origin : canonicalOriginOption(origin),
    hostFolders: checkedHostFolders(hostFolders ?? PATH_MAPPER_DEFAULTS.hostFolders),
    extension: checkedExtension(extension ?? PATH_MAPPER_DEFAULTS.extension),
  })
}

/** A scheme in any letter case, and what may be a host. */
const ORIGIN = /^(https?):\/\/([^/?#]*)$/i

/** `scheme://host` in its one spelling, or `undefined` where it is none. */
export function canonicalOrigin(text: string): string | undefined {
  const match = ORIGIN.exec(text)
  if (match === null) return undefined
  const scheme = match[1]?.toLowerCase() === 'http' ? 'http' : 'https'
  const host = canonicalHost(match[2] as string, scheme) // the pattern has two groups
  return host === undefined ? undefined : `${scheme}://${host}`
}

function canonicalOriginOption(origin: unknown): string {
  const canonical = typeof origin === 'string' ? canonicalOrigin(origin) : undefined
  if (canonical !== undefined) return canonical
  throw optionError('origin', 'scheme and host without a path', origin, 'Write https://shop.example.')
}

function checkedHostFolders(hostFolders: unknown): boolean {
  if (typeof hostFolders === 'boolean') return hostFolders
  throw optionError('hostFolders', 'true or false', hostFolders, 'Write true for a folder per host.')
}

function checkedExtension(extension: unknown): string {
  if (typeof extension === 'string' && /^\.[a-z0-9]{1,15}$/.test(extension)) return extension
  throw optionError('extension', 'a dot and 1 to 15 lower-case letters or digits', extension, 'Write .html.')
}
