import type { Found } from '../src/store/index.ts'

/** What a memory gave, as a store gives it that makes a new object of each reading, and knows the writes that it has read before. */
export function readAnew({ margin: _, value, ...rest }: Found): Found {
  if (value === undefined) return rest
  // Its bytes, too, are at another place each time.
  const read = value.kind === 'page' ? { ...value, body: value.body.slice() } : { ...value }
  return { ...rest, value: read, write: value }
}
