// How much is done, counted and not timed: what the built-in collections and texts are asked, while something runs.

type Method = (this: unknown, ...args: unknown[]) => unknown
type Methods = Record<PropertyKey, Method>
type Cost = (receiver: unknown, args: readonly unknown[], answer: unknown) => number

const ONE: Cost = () => 1
const LENGTH: Cost = (receiver) => Number((receiver as { length?: number }).length) + 1
const ANSWER: Cost = (_, __, answer) => String(answer).length + 1

/** From where a search began to where it ended. */
const SEARCHED: Cost = (text, [, from], answer) => {
  const start = typeof from === 'number' ? from : 0
  return (answer === -1 ? String(text).length : Number(answer)) - start + 1
}

const STEPS_OF_COLLECTIONS: readonly (readonly [owner: object, names: readonly PropertyKey[], cost: Cost])[] = [
  [Map.prototype, ['get', 'set', 'has', 'delete', 'clear'], ONE],
  [Set.prototype, ['add', 'has', 'delete', 'clear'], ONE],
  [Map.prototype, ['forEach'], (map) => (map as Map<unknown, unknown>).size + 1],
  [Set.prototype, ['forEach'], (set) => (set as Set<unknown>).size + 1],
  [Object.getPrototypeOf(new Map().entries()), ['next'], ONE],
  [Object.getPrototypeOf(new Set().values()), ['next'], ONE],
  [
    Array.prototype,
    ['map', 'filter', 'forEach', 'some', 'every', 'find', 'flatMap', 'includes', 'indexOf', 'slice', 'splice', 'sort'],
    LENGTH,
  ],
]

const STEPS_IN_TEXT: readonly (readonly [owner: object, names: readonly PropertyKey[], cost: Cost])[] = [
  [String.prototype, ['charCodeAt', 'codePointAt', 'charAt', 'at', 'startsWith', 'endsWith'], ONE],
  [String.prototype, ['slice', 'substring'], ANSWER],
  [String.prototype, ['indexOf'], SEARCHED],
  // None of our regular expressions goes back over what it has read: one run is one look at each character.
  [
    String.prototype,
    ['search', 'match', 'matchAll', 'replace', 'replaceAll', 'split', 'includes', 'trim', 'lastIndexOf'],
    LENGTH,
  ],
  [RegExp.prototype, ['test'], (_, [text]) => String(text).length + 1],
]

/** How often maps, sets and lists are asked while `run` runs; a walk counts for each step. */
export function stepsOfCollections(run: () => unknown): Promise<number> {
  return counted(STEPS_OF_COLLECTIONS, run)
}

/** How many characters are looked at while `run` runs. */
export function stepsInText(run: () => unknown): Promise<number> {
  return counted(STEPS_IN_TEXT, run)
}

async function counted(table: typeof STEPS_IN_TEXT, run: () => unknown): Promise<number> {
  let count = 0
  let isInside = false
  const restore = table.flatMap(([owner, names, cost]) =>
    names.map((name) =>
      replaced(owner as Methods, name, (real, receiver, args) => {
        const answer = real.apply(receiver, args as unknown[])
        // What a cost is made from is not counted itself.
        if (isInside) return answer
        isInside = true
        count += cost(receiver, args, answer)
        isInside = false
        return answer
      }),
    ),
  )
  try {
    await run()
  } finally {
    for (const undo of restore) undo()
  }
  return count
}

function replaced(
  owner: Methods,
  name: PropertyKey,
  by: (real: Method, receiver: unknown, args: readonly unknown[]) => unknown,
): () => void {
  const real = owner[name] as Method // a built-in of that name
  owner[name] = function (this: unknown, ...args: unknown[]) {
    return by(real, this, args)
  }
  return () => {
    owner[name] = real
  }
}
