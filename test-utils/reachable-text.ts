/** How far a walk goes from its roots: far beyond what any renderer does, and short of walking for ever through what makes new objects. */
const DEPTH = 14
const OBJECTS = 200_000

/**
 * All text that a renderer can reach from what it is given: own and inherited properties of every kind, enumerable or not, by name or symbol, what their
 * getters give, what collections, buffers and header lists hold, and the names of it all. Each object is walked once.
 */
export function reachableText(...roots: readonly unknown[]): string {
  const walk = new Walk()
  for (const root of roots) walk.visit(root, 0)
  return walk.text()
}

class Walk {
  readonly #seen = new Set<unknown>()
  readonly #texts = new Set<string>()

  text(): string {
    return [...this.#texts].join('\n')
  }

  visit(value: unknown, depth: number): void {
    if (isObject(value)) this.#object(value, depth)
    else if (typeof value === 'symbol') this.#texts.add(String(value.description))
    else if (value !== undefined) this.#texts.add(String(value))
  }

  #object(value: object, depth: number): void {
    if (depth > DEPTH || this.#seen.size > OBJECTS || this.#seen.has(value) || BUILT_IN.has(value)) return
    this.#seen.add(value)
    for (const inner of this.#heldBy(value)) this.visit(inner, depth + 1)
    for (let holder: object | null = value; holder !== null && !BUILT_IN.has(holder); holder = protoOf(holder)) {
      this.#properties(holder, value, depth)
    }
  }

  #properties(holder: object, receiver: object, depth: number): void {
    for (const name of attempt(() => Reflect.ownKeys(holder)) ?? []) {
      this.visit(name, depth)
      this.visit(
        attempt(() => propertyOf(holder, name, receiver)),
        depth + 1,
      )
    }
  }

  /** What is in an object without being a property. */
  *#heldBy(value: object): Iterable<unknown> {
    // Prototypes are no instances of their own, and some throw when they are asked.
    if (value instanceof Map || value instanceof Headers || value instanceof URLSearchParams)
      for (const [name, held] of attempt(() => [...value]) ?? []) yield* [name, held]
    else if (value instanceof Set) yield* value
    else if (value instanceof WeakRef) yield value.deref()
    else if (ArrayBuffer.isView(value)) yield bytesOf(value)
    for (const ask of QUESTIONS) yield attempt(() => (value as Askable)[ask]?.())
  }
}

/** Methods without parameters by which requests, responses and sockets tell what they hold. */
const QUESTIONS = ['getHeaders', 'getHeaderNames', 'getRawHeaderNames', 'address', 'toJSON'] as const
type Askable = { readonly [ask in (typeof QUESTIONS)[number]]?: () => unknown }

/** What every program shares has no visitor's state; a renderer that digs there could as well look into its own modules. */
const BUILT_IN: ReadonlySet<unknown> = new Set(
  [
    Object,
    Function,
    Array,
    String,
    Number,
    Boolean,
    Symbol,
    Promise,
    Map,
    Set,
    Date,
    RegExp,
    Error,
    Uint8Array,
    Buffer,
  ].flatMap((made) => [made, made.prototype]),
)

/** Getters of a prototype are asked on behalf of what inherits them; on behalf of the prototype itself, some would keep there what they make. */
function propertyOf(holder: object, name: PropertyKey, receiver: object): unknown {
  return isPrototype(receiver)
    ? Object.getOwnPropertyDescriptor(holder, name)?.value
    : Reflect.get(holder, name, receiver)
}

function isPrototype(value: object): boolean {
  return (
    (Object.getOwnPropertyDescriptor(value, 'constructor')?.value as { prototype?: unknown } | undefined)?.prototype ===
    value
  )
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function bytesOf(view: ArrayBufferView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('latin1')
}

function protoOf(value: object): object | null {
  return attempt(() => Object.getPrototypeOf(value) as object | null) ?? null
}

/** What `run` gives; `undefined` where it throws, as getters may on a prototype. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
