import { canonicalPath } from '../key/canonical-url.ts'

/**
 * The target of a request in origin-form (RFC 9112 3.2.1): path and query of an absolute one, and every byte beyond ASCII, which Node reads as one
 * character of Latin-1, as its percent-encoding.
 */
export function originForm(target: string): string {
  const path = target.charCodeAt(0) === SLASH ? target : withoutAuthority(target)
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) > 127) return encoded(path)
  return path
}

const SLASH = 0x2f

function withoutAuthority(target: string): string {
  const match = /^https?:\/\/[^/?#]*(.*)$/is.exec(target)
  if (match === null) return target
  const rest = match[1] as string // the pattern has this group
  return rest.startsWith('/') ? rest : `/${rest}`
}

function encoded(path: string): string {
  let out = ''
  for (const character of path) {
    const code = character.charCodeAt(0)
    out += code > 127 && code < 256 ? `%${code.toString(16).toUpperCase()}` : character
  }
  return out
}

/**
 * The canonical spelling of the path that code is mounted on, or `undefined` where the canonical path of the target does not lie below it. Frameworks match
 * mounts on the path as sent, where `/shop/../cart` lies below `/shop`.
 */
export function canonicalMount(mount: string, target: string): string | undefined {
  if (mount === '') return ''
  const base = canonicalPath(originForm(mount))
  const path = canonicalPath(pathOf(target))
  if (base === undefined || path === undefined || !path.startsWith(base)) return undefined
  return path.length === base.length || path.charCodeAt(base.length) === SLASH ? base : undefined
}

function pathOf(target: string): string {
  const question = target.indexOf('?')
  return question < 0 ? target : target.slice(0, question)
}
