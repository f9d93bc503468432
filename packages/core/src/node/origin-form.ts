import { canonicalPath } from '../key/canonical-url.ts'

/** The target of a request in origin-form: path and query, also of an absolute one (RFC 9112 3.2.2). Anything else is left as it is. */
export function originForm(target: string): string {
  if (target.charCodeAt(0) === SLASH) return target
  const match = /^https?:\/\/[^/?#]*(.*)$/is.exec(target)
  if (match === null) return target
  const rest = match[1] as string // the pattern has this group
  return rest.startsWith('/') ? rest : `/${rest}`
}

const SLASH = 0x2f

/** The target of a request that a framework routed by `..` or another spelling, though its canonical path lies elsewhere: no target, so it is refused as malformed. */
export const ELSEWHERE = ''

/**
 * The canonical spelling of the path that code is mounted on, or `undefined` where the canonical path of the target does not lie below it. Frameworks match
 * mounts on the path as sent, where `/shop/../cart` lies below `/shop`.
 */
export function canonicalMount(mount: string, target: string): string | undefined {
  if (mount === '') return ''
  const base = canonicalPath(mount)
  const path = canonicalPath(pathOf(target))
  if (base === undefined || path === undefined || !path.startsWith(base)) return undefined
  return path.length === base.length || path.charCodeAt(base.length) === SLASH ? base : undefined
}

function pathOf(target: string): string {
  const question = target.indexOf('?')
  return question < 0 ? target : target.slice(0, question)
}
