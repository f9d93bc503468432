/** The same object, with each read of a name noticed. What is not there stays not there. */
export function noticing<T extends object>(target: T, notice: (name: string) => void): T {
  return new Proxy(target, {
    get(of, name, receiver) {
      if (typeof name === 'string') notice(name)
      return Reflect.get(of, name, receiver)
    },
    has(of, name) {
      if (typeof name === 'string') notice(name)
      return Reflect.has(of, name)
    },
  })
}
