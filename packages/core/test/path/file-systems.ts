// What POSIX and Windows take for a relative path of one file: by Node's own path rules, and written from theirs, not from the mapper's.

import { type PlatformPath, posix, win32 } from 'node:path'

const WINDOWS_DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])$/i
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const FORBIDDEN = /[\u0000-\u001f\u007f<>:"|?*\\]/

/** Why `path` could not be written everywhere, or `undefined`. */
export function unsafeReason(path: string): string | undefined {
  if (path === '' || path.startsWith('/')) return 'not relative'
  if (Buffer.byteLength(path) > 4096) return 'longer than 4096 bytes'
  for (const name of path.split('/')) {
    const reason = unsafeName(name)
    if (reason !== undefined) return `${reason}: ${name}`
  }
  return ROOTS.some(([rules, root]) => !staysBelow(rules, root, path)) ? 'read as another path' : undefined
}

/** Folders of pages, by the rules of their platform. */
const ROOTS: readonly (readonly [rules: PlatformPath, root: string])[] = [
  [posix, '/srv/pages'],
  [win32, 'C:\\srv\\pages'],
  [win32, '\\\\server\\share\\pages'],
]

/** Whether `path`, joined to `root`, is a file below it, and nothing of it was read as something else. */
function staysBelow(rules: PlatformPath, root: string, path: string): boolean {
  const below = rules.relative(root, rules.resolve(root, path))
  return below.split(rules.sep).join('/') === path
}

function unsafeName(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'no name of its own'
  if (Buffer.byteLength(name) > 255) return 'longer than 255 bytes'
  if (FORBIDDEN.test(name)) return 'forbidden character'
  if (/[. ]$/.test(name) || name.startsWith(' ')) return 'ends that Windows drops'
  // Windows looks at what stands before the first dot, without spaces.
  if (WINDOWS_DEVICE.test((name.split('.')[0] as string).trimEnd())) return 'device name'
  if (/~\d/.test(name)) return 'could be the short name of another file'
  return undefined
}

/** What a file system that ignores letter case, and one that keeps names normalized (HFS+), make of a path. */
export const FOLDINGS: readonly (readonly [name: string, fold: (path: string) => string])[] = [
  ['lower case', (path) => path.toLowerCase()],
  ['upper case', (path) => path.toUpperCase()],
  ['NFC', (path) => path.normalize('NFC')],
  ['NFD, lower case', (path) => path.normalize('NFD').toLowerCase()],
  ['NFKC, upper case', (path) => path.normalize('NFKC').toUpperCase()],
]
