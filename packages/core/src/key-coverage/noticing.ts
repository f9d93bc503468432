/** What is told of the reads of one object. */
export interface Notices {
  /** One name was looked for, whether it is there or not. */
  name(name: string): void
  /** The names were listed: which of them were meant cannot be told. */
  list(): void
}

const originals = new WeakMap<object, object>()

/** An object whose reads are noticed, as it is without that; any other as it is. */
export function unnoticed<T extends object>(noticed: T): T {
  return (originals.get(noticed) ?? noticed) as T // put there by `noticing`, which keeps the type
}

/** The same object, with each read of a name noticed, and each look at all of them. What is not there stays not there. */
export function noticing<T extends object>(target: T, { name: notice, list }: Notices): T {
  const proxy = new Proxy(target, {
    get(of, name, receiver) {
      if (typeof name === 'string') notice(name)
      return Reflect.get(of, name, receiver)
    },
    has(of, name) {
      if (typeof name === 'string') notice(name)
      return Reflect.has(of, name)
    },
    // Asked for by a list of the names, too, once for each of them.
    getOwnPropertyDescriptor(of, name) {
      const known = Reflect.getOwnPropertyDescriptor(of, name)
      if (known !== undefined) list()
      else if (typeof name === 'string') notice(name)
      return known
    },
    ownKeys(of) {
      list()
      return Reflect.ownKeys(of)
    },
    // Written to the object itself: by way of the proxy it would look like a read.
    set: (of, name, value) => Reflect.set(of, name, value),
  })
  originals.set(proxy, target)
  return proxy
}
