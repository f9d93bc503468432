/** A frozen copy of plain data: what the caller does to the lists and objects later changes nothing. Functions and objects of a class stay what they are. */
export function ownCopy<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze(value.map((item) => ownCopy(item))) as T // the same items, in a list
  if (!isPlain(value)) return value
  const entries = Object.entries(value).map(([name, part]) => [name, ownCopy(part)])
  return Object.freeze(Object.fromEntries(entries)) as T // the same names, copied
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
