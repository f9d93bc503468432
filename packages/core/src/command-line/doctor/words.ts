import type { Reason } from '../../rules/reason.ts'

/** Who is to blame, as far as it is known. */
export interface Blame {
  /** Names of cookies, headers or parameters; or a status, a type. */
  readonly names: readonly string[]
  /** Pattern of the route; `*` where none matched, `undefined` where nobody said. */
  readonly route: string | undefined
}

/** What is said of a reason. */
export interface Words {
  /** Goes on after "Not a hit:". */
  readonly says: (blame: Blame) => string
  /** What to do about it, one step a sentence; the option by its name. */
  readonly mend: (blame: Blame) => readonly string[]
}

/** A reason by which words are found: statuses differ only in their number. */
export type Worded = Exclude<Reason, `status-${number}`> | 'failing-status'

/** `the cookie "a"`, `one of the cookies "a" and "b"`, or what to say without a name. */
function named({ names }: Blame, noun: string, nameless: string): string {
  if (names.length === 0) return nameless
  return names.length === 1 ? `the ${noun} ${listed(names)}` : `one of the ${noun}s ${listed(names)}`
}

/** `"a"`, or `"a", "b" and "c"`. */
export function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`)
  const last = quoted.pop() ?? ''
  return quoted.length === 0 ? last : `${quoted.join(', ')} and ${last}`
}

function route({ route: name }: Blame): string {
  if (name === '*') return 'a route for this page'
  return name === undefined ? 'the route of this page' : `the route "${name}"`
}

function written({ names }: Blame): string {
  return names.map((name) => `'${name}'`).join(', ') || "'NAME'"
}

const NOTHING = 'Nothing is to be mended, if it is meant so.'

/** One entry for every reason that the code can give, or this does not compile. */
export const WORDS: Readonly<Record<Worded, Words>> = {
  // Requests that are none of the cache's business.
  method: {
    says: (blame) => `${named(blame, 'method', 'another method')} was asked by, and only GET and HEAD are kept.`,
    mend: () => [NOTHING],
  },
  upgrade: {
    says: () => 'the request asks for another protocol (Upgrade), which only the app can speak.',
    mend: () => [NOTHING],
  },
  body: {
    says: () => 'the GET has a body, which no shared render is given.',
    mend: () => ['Send it without a body, or by POST.'],
  },
  'method-override': {
    says: (blame) => `${named(blame, 'header', 'a header')} wants the request to be read as another method.`,
    mend: () => ['Send it without that header.'],
  },
  'data-request': {
    says: (blame) => `${named(blame, 'header', 'a header')} asks for data in place of the page.`,
    mend: (blame) => [
      NOTHING,
      `To keep such answers, too: name the header in key.headers, and their type in "types" of ${route(blame)}.`,
    ],
  },
  accept: {
    says: () => 'the request does not accept HTML.',
    mend: () => ['Ask with "accept: text/html", as browsers do.'],
  },
  // Requests that are one person's.
  authorization: {
    says: () => 'the request carries Authorization, and what that opens is one visitor’s.',
    mend: () => ['Ask without it. Where a proxy asks for a password, let it remove the field before the app.'],
  },
  query: {
    says: (blame) => `${named(blame, 'parameter', 'a parameter')} marks a preview or a one-time link (bypass.query).`,
    mend: () => ['If it marks none here, give bypass.query a list without it.'],
  },
  cookie: {
    says: (blame) =>
      `${named(blame, 'cookie', 'a cookie')} says who somebody is (bypass.cookies), so the app answers this visitor alone.`,
    mend: (blame) => [
      'If it says nothing of the kind, give bypass.cookies a list without it.',
      `If the HTML is the same for everyone, write session: 'anonymous' on ${route(blame)}.`,
      `If the page depends on it, and it has few values, write key.cookies: [${written(blame)}].`,
    ],
  },
  when: {
    says: ({ names }) => (names.includes('threw') ? 'your bypass.when threw.' : 'your bypass.when says so.'),
    mend: ({ names }) =>
      names.includes('threw')
        ? ['Mend bypass.when: it must give true or false for every request.']
        : ['If this request should share its page, let bypass.when give false for it.'],
  },
  // What the options say.
  route: {
    says: (blame) => `${route(blame)} says cache: false.`,
    mend: () => [
      'If its pages are the same for everyone, leave out cache: false,',
      'or put a route with a narrower "match" before it: the first that matches counts.',
    ],
  },
  'route-tags': {
    says: (blame) => `"tags" of ${route(blame)} threw or gave no list, so no invalidation would find the page.`,
    mend: () => ['Let it give a list at once for every path. The event "failure" has its error.'],
  },
  off: {
    says: () => 'the cache is off: by enabled: false, or since a dev server reloads modules in its process.',
    mend: () => [NOTHING, 'To keep pages all the same, write enabled: true.'],
  },
  'bypass-limit': {
    says: () => 'too many visitors are answered one by one, and this one waited in vain for a place.',
    mend: () => [
      'Find out why so many bypass: stats() counts it by route and reason.',
      'If it has to be, raise admission.bypassConcurrency.',
    ],
  },
  // Refused requests.
  target: {
    says: () => 'the URL is malformed, or is another spelling of a path that lies elsewhere.',
    mend: () => ['Ask for the URL that a browser would ask for.'],
  },
  'url-length': {
    says: () => 'path and query are longer than key.maxUrlBytes.',
    mend: () => ['Shorten what links here, or raise key.maxUrlBytes.'],
  },
  host: {
    says: () => 'the Host field is missing or malformed.',
    mend: () => ['Let the proxy hand on Host, or set "trust proxy" so that X-Forwarded-Host counts.'],
  },
  'host-not-allowed': {
    says: (blame) => `${named(blame, 'host', 'the host that was asked for')} is not among "hosts".`,
    mend: (blame) => [
      `If it is this site’s, write hosts: [${written(blame)}].`,
      "To ask on behalf of the site, write --header 'host: NAME'.",
      'Behind a proxy, let it hand on Host, or set "trust proxy" so that X-Forwarded-Host counts.',
    ],
  },
  value: {
    says: () => 'a header or cookie of the key holds what no field can carry.',
    mend: () => ['Let it, or what its bucket gives, be text without controls.'],
  },
  'value-length': {
    says: () => 'a header or cookie of the key is longer than key.maxValueBytes.',
    mend: () => ['Key by something shorter, or raise key.maxValueBytes.'],
  },
  // Pages that are one visitor's.
  'set-cookie': {
    says: ({ names }) =>
      `the page sets ${names.length === 0 ? 'a cookie' : `the cookie ${listed(names)}`}, so it is one visitor’s.`,
    mend: (blame) => [
      'Set it where it is needed, and not with a page for everyone.',
      `If nobody needs it, strip it: setCookie: [${written(blame)}] on ${route(blame)}.`,
    ],
  },
  private: {
    says: ({ names }) =>
      names.includes('private()')
        ? 'the page says private() of itself, so it is one visitor’s.'
        : 'the page says of itself that it is private: by Cache-Control, or by private().',
    mend: (blame) => [
      'If it is the same for everyone, leave that out; its lifetime is maxAge.',
      `If it is not, say so before it is rendered: cache: false on ${route(blame)}.`,
    ],
  },
  'no-store': {
    says: () => 'the page says no-store in Cache-Control.',
    mend: (blame) => [
      `If it is the same for everyone, leave the field out: ${route(blame)} has its lifetime in maxAge.`,
    ],
  },
  'no-freshness': {
    says: () => 'the app says nothing of how long the page is fresh, and gives it no validator.',
    mend: (blame) => [
      `Let the app send Cache-Control: max-age, or an ETag, for pages of ${route(blame)}: its own fields decide there.`,
    ],
  },
  vary: {
    says: ({ names }) =>
      names.includes('*')
        ? 'the page says "vary: *", and no key holds everything.'
        : `the page varies by ${names.length === 0 ? 'a header' : listed(names)}, which the key does not hold.`,
    mend: (blame) => [
      blame.names.includes('cookie')
        ? 'Name the cookies that it depends on in key.cookies.'
        : 'If it does, name the header in key.headers, with a bucket where it has many values.',
      `If it looks the same all the same, write ignoreVary: ['accept-encoding', 'origin', ${written(blame)}] on ${route(blame)}.`,
    ],
  },
  status: {
    says: ({ names }) => `the app answered ${names[0] ?? 'a status'}, which is never kept.`,
    mend: () => [
      'Kept are 200, 203, 301, 308, 404 and 410. A redirect for everyone is 301 or 308; whatever else is one visitor’s.',
    ],
  },
  'content-encoding': {
    says: ({ names }) => `the app has encoded the page already${names.length === 0 ? '' : ` (${names.join(', ')})`}.`,
    mend: () => ['Put compression above the cache, or leave it to the CDN.'],
  },
  'content-type': {
    says: ({ names }) => `its type is ${names[0] ?? 'another'}, which its route does not expect.`,
    mend: (blame) => [`To keep it all the same, write types: ['text/html', ${written(blame)}] on ${route(blame)}.`],
  },
  empty: {
    says: () => 'the page has no body.',
    mend: () => ['Find out why the app answers 200 without a page.'],
  },
  'too-large': {
    says: () => 'the page is larger than maxPageBytes, or than its store takes.',
    mend: () => ['Make it smaller, or raise maxPageBytes, and maxEntryBytes of the store.'],
  },
  nonce: {
    says: () => 'the page holds a nonce, which would protect nobody but its first visitor.',
    mend: () => ['Use a policy of hashes, or load scripts and styles from files.'],
  },
  'redirect-loop': {
    says: () => 'the page redirects to itself.',
    mend: () => ['Mend the redirect: what the key has as one URL must not lead to itself.'],
  },
  'too-many-tags': {
    says: () => 'the page has more tags than maxTags.',
    mend: () => ['Name what it is made of more coarsely, or raise maxTags.'],
  },
  // Renders that failed, or that nobody waited for.
  thrown: {
    says: () => 'its render threw.',
    mend: () => ['Mend what it throws: the app’s log and the event "failure" have the error.'],
  },
  deadline: {
    says: () => 'its render took longer than admission.deadlineMs.',
    mend: () => ['Find out what it waits for. If that is worth waiting for, raise admission.deadlineMs.'],
  },
  'cut-off': {
    says: () => 'the app sent less than its Content-Length said.',
    mend: () => ['Find out what breaks the answer off, or leave Content-Length out.'],
  },
  'failing-status': {
    says: ({ names }) => `the app answered ${names[0] ?? '5xx or 429'}, which counts as a failure.`,
    mend: () => ['Mend the app: the event "failure" tells of each.'],
  },
  strategy: {
    says: () => 'its strategy says that nobody renders it: what goes out is the client-side shell, or an old page.',
    mend: (blame) => [NOTHING, `To render it, leave strategy: 'never' out of ${route(blame)}.`],
  },
  'turned-away': {
    says: () => 'no place was free to render it.',
    mend: () => ['Make renders faster, or raise admission.concurrency and admission.queueLimit.'],
  },
  resting: {
    says: () => 'its last render failed, and it rests for 3 to 30 seconds before the next.',
    mend: () => ['Mend why it fails: the app’s log and the event "failure" have the error. Then ask again.'],
  },
  timeout: {
    says: () => 'its render took longer than admission.timeoutMs.',
    mend: () => [
      'Make it faster; or, if visitors may wait longer, raise admission.timeoutMs. It is kept once it has ended.',
    ],
  },
  'only-if-cached': {
    says: () => 'the request says only-if-cached, and nothing is kept that may be served.',
    mend: () => ['Leave Cache-Control: only-if-cached out of the request.'],
  },
  streamed: {
    says: () => 'nobody had rendered it yet, and it went out while it was rendered. It is kept once it has ended.',
    mend: () => [
      'Ask again: the next answer is a hit. To answer nobody before the page is whole, set stream to "whole".',
    ],
  },
  // Old pages, where all is well.
  refreshing: {
    says: () => 'an old page is served while one render runs behind it.',
    mend: () => [NOTHING],
  },
  stale: {
    says: () => 'an old page is served.',
    mend: () => [NOTHING],
  },
}

/** The words for what a Cache-Status says, or `undefined` where another version than this one said it. */
export function wordsFor(detail: string): Words | undefined {
  if (/^status-\d+$/.test(detail)) return WORDS['failing-status']
  return Object.hasOwn(WORDS, detail) ? WORDS[detail as Worded] : undefined // its own, so it is one of them
}
