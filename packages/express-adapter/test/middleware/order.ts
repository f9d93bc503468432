/** One line of the table on the order of middleware: what a package does to hits in one place. Texts are Markdown. */
export interface OrderRow {
  /** Above `expressCache`, or inside of the router that it is given; and with which setting. */
  readonly where: string
  /** Where it belongs. */
  readonly best?: true
  readonly hits: string
  readonly mend: string
  /** Scenarios and promises that its test covers. */
  readonly covers: string
}

const ABOVE = 'Put it above.'
const NO_NONCE = "Hashes (`'sha256-…'`), or scripts in files of your own."
const ANONYMOUS = "`session: 'anonymous'` on routes with the same HTML for all."
const TOKEN_ROUTE = 'A route above that gives the token, for the browser to fetch.'

/** The table: by package, each line under a name of its own. `prove` makes a test of each, and the README is written from it. */
export const ORDER = {
  helmet: {
    above: {
      where: 'above',
      best: true,
      hits: 'All answers have its fields: hits, 304s, errors, and what the cache refuses.',
      mend: '–',
      covers: 'A3',
    },
    inside: {
      where: 'inside',
      hits: 'Its fields are kept with the page, so a new policy waits for new renders. What no render answers has none of them, and `X-Powered-By` stays.',
      mend: ABOVE,
      covers: 'I10',
    },
    nonceAbove: {
      where: 'above, with a nonce',
      hits: 'Hits go out `private, no-store`, and no script of theirs has the nonce: the render does not see it.',
      mend: NO_NONCE,
      covers: 'A8, A10',
    },
    nonceInside: {
      where: 'inside, with a nonce',
      hits: 'No hits: `detail=nonce`.',
      mend: NO_NONCE,
      covers: 'A8',
    },
  },
  cors: {
    above: {
      where: 'above',
      best: true,
      hits: 'Hits have the fields of the visitor’s own origin, and `Vary: Origin`.',
      mend: 'A CDN that ignores Vary mixes origins up: let it key `Origin`.',
      covers: 'A2, P8',
    },
    inside: {
      where: 'inside, several origins',
      hits: 'Nobody gets `Access-Control-Allow-Origin`, whoever asks first: the render is not told the origin.',
      mend: ABOVE,
      covers: 'P1, P8',
    },
    fixed: {
      where: 'inside, `*` or one origin',
      hits: 'Hits have that origin.',
      mend: '–',
      covers: 'I10',
    },
  },
  'express-session': {
    above: {
      where: 'above, `saveUninitialized: false`',
      best: true,
      hits: 'Visitors without a session hit. Those with one do not: `detail=cookie`.',
      mend: ANONYMOUS,
      covers: 'A9, A10',
    },
    uninitialized: {
      where: 'above, `saveUninitialized: true`',
      hits: 'No browser hits twice: its first answer is `private, no-store` for the cookie, all others have `detail=cookie`.',
      mend: '`saveUninitialized: false`, or mount it only on paths that need it.',
      covers: 'A9',
    },
    rolling: {
      where: 'above, `rolling: true`',
      hits: "Hits of those with a session (`session: 'anonymous'`) go out `private, no-store`: each renews the cookie.",
      mend: '`rolling: false`.',
      covers: 'A9',
    },
    named: {
      where: "above, `name: 'shop.sid'`",
      hits: 'Who is signed in hits the page for strangers: nothing says that this cookie is a session.',
      mend: "`bypass: { cookies: ['shop.sid'] }`.",
      covers: 'A10',
    },
    inside: {
      where: 'inside',
      hits: 'Hits, while no render writes to the session: a shared render has an empty one of its own.',
      mend: ABOVE,
      covers: 'A10',
    },
    saved: {
      where: 'inside, and written to',
      hits: 'No hits: `detail=set-cookie`.',
      mend: "Put it above, or strip the cookie: `setCookie: ['connect.sid']`.",
      covers: 'A9, I4',
    },
  },
  'cookie-session': {
    above: {
      where: 'above',
      best: true,
      hits: 'Visitors without a session hit. Those with one do not: `detail=cookie`.',
      mend: ANONYMOUS,
      covers: 'A9, A10',
    },
    written: {
      where: 'above, written to for everybody',
      hits: 'No browser hits twice: its first answer is `private, no-store` for the cookie, all others have `detail=cookie`.',
      mend: 'Write to it only where somebody signs in.',
      covers: 'A9',
    },
  },
  'cookie-parser': {
    inside: {
      where: 'inside',
      best: true,
      hits: 'Hits. `req.cookies` has the cookies of the key, and no others.',
      mend: "`key: { cookies: ['currency'] }` names those that shape the page.",
      covers: 'A10, R66',
    },
    above: {
      where: 'above only',
      hits: 'Shared renders have no `req.cookies`: a handler that reads from it throws, and all who wait get 500.',
      mend: 'Use it inside, too.',
      covers: 'A10',
    },
  },
  compression: {
    above: {
      where: 'above',
      best: true,
      hits: 'Hits have been encoded once, by the cache, and it lets them be; it encodes what bypasses. Never twice, with the right Vary.',
      mend: '–',
      covers: 'A2, A3, R63',
    },
    alone: {
      where: 'above, `encoding: false`',
      hits: 'Hits are encoded for each visitor anew, never twice, with the right Vary. That costs CPU.',
      mend: 'Leave `encoding` out.',
      covers: 'A2, A3',
    },
    inside: {
      where: 'inside',
      hits: 'Hits have been encoded once, by the cache: a shared render is not told `Accept-Encoding`. It encodes what bypasses; files and APIs above are left as they are.',
      mend: ABOVE,
      covers: 'A2',
    },
    enforced: {
      where: 'inside, `enforceEncoding`',
      hits: 'No hits: `detail=content-encoding`.',
      mend: ABOVE,
      covers: 'A2, I4',
    },
  },
  'csrf-csrf': {
    route: {
      where: 'above, token from a route above',
      best: true,
      hits: 'Hits. The browser fetches the token where it shows a form.',
      mend: '–',
      covers: 'A9',
    },
    above: {
      where: 'above, token for every page',
      hits: 'Hits go out `private, no-store`, for the cookie of the token. Shared renders have no `req.csrfToken`.',
      mend: TOKEN_ROUTE,
      covers: 'A9, A10',
    },
    inside: {
      where: 'inside',
      hits: "No hits: `detail=set-cookie`. With `setCookie: 'strip'` they hit, and every form is refused.",
      mend: TOKEN_ROUTE,
      covers: 'A9, I4',
    },
  },
  passport: {
    above: {
      where: 'above',
      best: true,
      hits: 'Strangers hit. Who has a session or a bearer token does not, and the handler sees `req.user`.',
      mend: ANONYMOUS,
      covers: 'A10',
    },
    guard: {
      where: 'inside, as a guard',
      hits: 'No hits: what strangers get, 401 or a redirect, is kept for nobody (`detail=status`).',
      mend: "`routes: [{ match: '/account/*rest', cache: false }]`.",
      covers: 'I4',
    },
  },
  'express-rate-limit': {
    above: {
      where: 'above',
      best: true,
      hits: 'Hits count, and have the fields of the visitor’s own quota.',
      mend: '–',
      covers: 'A5',
    },
    inside: {
      where: 'inside',
      hits: 'Only renders count, all as one client without an address, and hits have no quota. Beyond it all who wait get 429.',
      mend: 'Put it above; `admission` bounds renders.',
      covers: 'A10, P8',
    },
  },
  morgan: {
    above: {
      where: 'above',
      best: true,
      hits: 'Hits are logged; `:res[cache-status]` tells them from misses.',
      mend: '–',
      covers: 'I12',
    },
    inside: {
      where: 'inside',
      hits: 'Hits are not logged, and renders without an address.',
      mend: ABOVE,
      covers: 'A10',
    },
  },
  'express.static': {
    above: {
      where: 'above',
      best: true,
      hits: 'Files never come to the cache.',
      mend: '–',
      covers: 'A1',
    },
    inside: {
      where: 'inside',
      hits: 'No hits but for HTML: `detail=content-type`. Each file takes the place of a render.',
      mend: ABOVE,
      covers: 'I4',
    },
  },
  'express.json': {
    above: {
      where: 'above',
      best: true,
      hits: 'None: what has a body bypasses, and comes to the cache when it has been read.',
      mend: '–',
      covers: 'P5, P12',
    },
    inside: {
      where: 'inside',
      hits: 'None. But an upload holds one of `admission.bypassConcurrency` places while it is read.',
      mend: ABOVE,
      covers: 'P5, P12',
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, OrderRow>>>>

/** What the table has rows of: packages, and middleware that comes with Express. */
export type Neighbour = keyof typeof ORDER
