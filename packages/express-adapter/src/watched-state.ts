import { type RenderPair, type Watch, watchCookies, watched } from '@ssr-cache/core/node'

/** What middleware leaves for itself, no page is made from, or is looked at for itself. */
const NO_STATE = /^_|^(body|route|secret|cookies|signedCookies)$/
const COOKIES: ReadonlySet<PropertyKey> = new Set(['cookies', 'signedCookies'])

type Traps = ProxyHandler<object>

/** In development: what a render reads of a request and its locals is noticed, and so is what it looks for in vain. */
export function watchState({ request, response }: RenderPair, watch: Watch): void {
  const traps = requestTraps(watch)
  watchParsedQuery(request, watch)
  for (const name of ['ip', 'ips']) watchNobodys(request, name, () => watch.absent('request', name))
  let between = standBehind(request, traps)
  watchLocals(response, watch, () => {
    if (Object.getPrototypeOf(request) !== between) between = standBehind(request, traps)
  })
}

function requestTraps(watch: Watch): Traps {
  const names = watch.above.request.filter((name) => !NO_STATE.test(name))
  const { get, has } = absent(names, (name) => watch.absent('request', name))
  return {
    has,
    get(of, name, receiver) {
      const value: unknown = get(of, name, receiver)
      // Express 5 parses it at each read, in a getter of the prototype.
      return name === 'query' ? watched(value, (query) => watch.query(query)) : value
    },
    // As cookie-parser, and whoever does as it does, leaves them. They are there from the first time on.
    set: (of, name, value, receiver) =>
      COOKIES.has(name) ? watchCookies(receiver, name, value, watch) : Reflect.set(of, name, value, receiver),
  }
}

/** Reads of names that are not there come to the prototype. It answers, and says what there is, as the one that it stands for. */
function standBehind(holder: object, traps: Traps): object {
  const between = new Proxy<object>(Object.getPrototypeOf(holder) ?? Object.create(null), {
    ...traps,
    ownKeys: allKeys,
  })
  Object.setPrototypeOf(holder, between)
  return between
}

/** V8's `for…in` does not go on to what a proxy inherits, so it is told here; lists of own names do not ask a prototype. */
function allKeys(of: object): (string | symbol)[] {
  const keys = new Set(Reflect.ownKeys(of))
  for (const name in of) keys.add(name)
  return [...keys]
}

function absent(names: readonly string[], notice: (name: string) => void): Required<Pick<Traps, 'get' | 'has'>> {
  const watched: ReadonlySet<PropertyKey> = new Set(names)
  const look = (of: object, name: PropertyKey): void => {
    if (watched.has(name) && !Reflect.has(of, name)) notice(String(name))
  }
  return {
    get(of, name, receiver) {
      look(of, name)
      return Reflect.get(of, name, receiver)
    },
    has(of, name) {
      look(of, name)
      return Reflect.has(of, name)
    },
  }
}

/** Each app inside puts its own prototype on a request, and looks for the locals right after that: then the watch takes its place again. */
function watchLocals(response: object, watch: Watch, takePlace: () => void): void {
  let { locals } = response as { locals: object } // set by the shared render
  standBehind(
    locals,
    absent(watch.above.locals, (name) => watch.absent('locals', name)),
  )
  Object.defineProperty(response, 'locals', {
    configurable: true,
    enumerable: true,
    get() {
      takePlace()
      return locals
    },
    set(given) {
      locals = given
    },
  })
}

/** Express 4 has parsed it on the way in. */
function watchParsedQuery(request: object, watch: Watch): void {
  const parsed = Object.getOwnPropertyDescriptor(request, 'query')
  if (parsed === undefined) return
  const value = watched(parsed.value, (query) => watch.query(query))
  Object.defineProperty(request, 'query', { ...parsed, value })
}

/** There, and nobody's: what is read is what every render reads, and what is written below is there. */
function watchNobodys(request: object, name: string, notice: () => void): void {
  let value: unknown = Reflect.get(request, name)
  Object.defineProperty(request, name, {
    configurable: true,
    enumerable: true,
    get() {
      notice()
      return value
    },
    set(given: unknown) {
      value = given
      notice = () => {}
    },
  })
}
