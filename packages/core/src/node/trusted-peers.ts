import { BlockList, isIP } from 'node:net'
import { optionError } from '../errors.ts'

/** Whether whoever has this address speaks for the visitor. */
export type TrustsPeer = (address: string | undefined) => boolean

/**
 * Whose X-Forwarded-* count. `undefined` where nobody's do, so that nobody is asked.
 * @throws ERR_SSR_CACHE_OPTION
 */
export function trustedPeers(option: unknown): TrustsPeer | undefined {
  if (option === undefined || option === false) return undefined
  if (option === true) return () => true
  if (!Array.isArray(option)) throw trustError(option)
  const list = new BlockList()
  for (const entry of option) add(list, entry)
  return (address) => address !== undefined && list.check(address, familyOf(address))
}

function add(list: BlockList, entry: unknown): void {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(String(entry)) ?? []
  const version = isIP(address)
  const most = version === 6 ? 128 : 32
  const prefix = bits === undefined ? most : Number(bits)
  if (typeof entry !== 'string' || version === 0 || prefix > most) throw trustError(entry)
  list.addSubnet(address, prefix, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

function trustError(got: unknown): Error {
  const expected = 'true, false, or a list of addresses and subnets'
  return optionError('trustProxy', expected, got, "Write ['127.0.0.1', '10.0.0.0/8'].")
}
