/** Where a render looked, or what part of the key nobody looked at. */
export type CoveragePart = 'header' | 'cookie' | 'query' | 'request' | 'locals' | 'vary'

/** Something that renders and their key do not agree on. */
export interface CoverageFinding {
  /** `uncovered`: a render tried to read what its key does not hold. `unread`: the key holds what no render has read. */
  readonly finding: 'uncovered' | 'unread'
  readonly part: CoveragePart
  readonly name: string
  /** Pattern of the route whose render it was. */
  readonly route: string
}

/** A finding in words, with both ways out. */
export function adviceOn({ finding, part, name }: CoverageFinding): string {
  return finding === 'unread' ? unread(part, name) : UNCOVERED[part](name)
}

const UNCOVERED: Readonly<Record<CoveragePart, (name: string) => string>> = {
  header: (name) =>
    `a render read the header "${name}", which is not in its key and was removed. Either give each value pages of its own: key: { headers: { ${quoted(name)}: bucket } }; or let the app answer those visitors alone: bypass: { when: (request) => … }.`,
  cookie: (name) =>
    `a render read the cookie "${name}", which is not in its key and was removed. Either give each value pages of its own: key: { cookies: [${quoted(name)}] }; or let the app answer those visitors alone: bypass: { cookies: [${quoted(name)}] }.`,
  query: (name) =>
    `a render read the query parameter "${name}", which the key drops, so it was removed. Either keep it in the key: leave it out of ignoreQuery, or put it into allowQuery; or read it in the browser.`,
  request: (name) =>
    `a render read req.${name}, which code above has set for one visitor, so it is not there. Either make it part of the key: expressCache(cache, pages, { context: (req) => ({ … }) }); or let the app answer those visitors alone: bypass, or cache: false on the route.`,
  locals: (name) =>
    `a render read res.locals.${name}, which code above has set for one visitor, so it is not there. Either make it part of the key: expressCache(cache, pages, { context: (req, res) => ({ ${name}: res.locals.${name} }) }); or let the app answer those visitors alone: bypass, or cache: false on the route.`,
  vary: (name) =>
    `the load of a value read "${name}" of the page's variant, which is not in the value's key, so it is not there. Either add it: { vary: [${quoted(name)}] }; or read it outside of the load, and write it into the value's key.`,
}

function unread(part: CoveragePart, name: string): string {
  const option = part === 'cookie' ? 'key.cookies' : 'key.headers'
  return `the ${part} "${name}" is in the key, and no render has read it: each of its values has pages of its own, all alike. Either take it out of ${option}; or have the render read it.`
}

function quoted(name: string): string {
  return `'${name}'`
}
