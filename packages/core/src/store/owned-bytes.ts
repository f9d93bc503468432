import { isOwned, owned } from './ownership.ts'

/** Says of bytes that they fill their memory exactly, and that nobody outside of this library holds them. Whoever is told so must hand them to nobody who could change them. */
export function own<T extends Uint8Array>(bytes: T): T {
  return owned(bytes)
}

/** The same bytes if they are owned, else a copy that is: a copy costs as much as all else that is done to keep a page. */
export function ownCopyOf(bytes: Uint8Array): Uint8Array {
  // Not Buffer.from or slice: a small one would come out of a pool and keep all of it alive.
  return isOwned(bytes) ? bytes : own(new Uint8Array(bytes))
}
