/** One line of the table on the order of plugins: what a package does to hits in one place. Texts are Markdown. */
export interface OrderRow {
  /** Before `fastifyCache`, or after it; and with which setting. */
  readonly where: string
  /** Where it belongs. */
  readonly best?: true
  readonly hits: string
  readonly mend: string
  /** Scenarios and promises that its test covers. */
  readonly covers: string
}

const BEFORE = 'Register it before the cache.'
const ANONYMOUS = "`session: 'anonymous'` on routes with the same HTML for all."

/** The table: by package, each line under a name of its own. `prove` makes a test of each, and the README is written from it. */
export const ORDER = {
  '@fastify/helmet': {
    before: {
      where: 'before',
      best: true,
      hits: 'All answers have its fields: hits, 304s, errors, and what the cache refuses. The policy of a page is kept with it, so a new one waits for new renders.',
      mend: 'After a change of the policy, `cache.invalidate({ all: true })`.',
      covers: 'A3',
    },
    after: {
      where: 'after',
      hits: 'All its fields are kept with the page. What no render answers has none of them.',
      mend: BEFORE,
      covers: 'I10',
    },
    nonce: {
      where: 'before or after, `enableCSPNonces`',
      hits: 'No hits: `detail=nonce`. Each visitor gets a render, whose scripts run.',
      mend: "Hashes (`'sha256-…'`), or scripts in files of your own.",
      covers: 'A8',
    },
  },
  '@fastify/cors': {
    before: {
      where: 'before',
      best: true,
      hits: 'Hits have the fields of the visitor’s own origin, and `Vary: Origin`.',
      mend: 'A CDN that ignores Vary mixes origins up: let it key `Origin`.',
      covers: 'A2, P8',
    },
    after: {
      where: 'after, several origins',
      hits: 'Nobody gets `Access-Control-Allow-Origin`, whoever asks first: the render is not told the origin.',
      mend: BEFORE,
      covers: 'P1, P8',
    },
    fixed: {
      where: 'after, `*` or one origin',
      hits: 'Hits have that origin.',
      mend: '–',
      covers: 'I10',
    },
  },
  '@fastify/cookie': {
    anywhere: {
      where: 'before or after',
      best: true,
      hits: 'Hits. `request.cookies` has the cookies of the key, and no others.',
      mend: "`key: { cookies: ['currency'] }` names those that shape the page.",
      covers: 'A10, R66',
    },
    set: {
      where: 'before, `reply.setCookie` in a hook before the cache',
      hits: 'No hits while it is set in renders: `detail=set-cookie`. Set for visitors alone, it does not go out with hits: the plugin writes it by `onSend`.',
      mend: "`reply.header('set-cookie', app.serializeCookie(…))`: it goes out, and makes that visitor’s hit `private, no-store`.",
      covers: 'A9, I4',
    },
  },
  '@fastify/session': {
    before: {
      where: 'before, `saveUninitialized: false`',
      best: true,
      hits: 'Visitors without a session hit. Those with one do not: `detail=cookie`.',
      mend: ANONYMOUS,
      covers: 'A9, A10',
    },
    uninitialized: {
      where: 'before, `saveUninitialized: true` (its default)',
      hits: 'No hits: `detail=set-cookie`. Each render begins a session.',
      mend: '`saveUninitialized: false`.',
      covers: 'A9, I4',
    },
    rolling: {
      where: 'before, `rolling: true` (its default)',
      hits: "Hits of those with a session (`session: 'anonymous'`) do not renew it: the plugin does so by `onSend`.",
      mend: 'Renew it where the app answers: on a route with `config: { cache: false }`.',
      covers: 'A9',
    },
    named: {
      where: "before, `cookieName: 'shop.sid'`",
      hits: 'Who is signed in hits the page for strangers: nothing says that this cookie is a session.',
      mend: "`bypass: { cookies: ['shop.sid'] }`.",
      covers: 'A10',
    },
    after: {
      where: 'after',
      hits: 'As before the cache: what renders see of it is a session of nobody’s.',
      mend: BEFORE,
      covers: 'A10',
    },
  },
  '@fastify/compress': {
    anywhere: {
      where: 'before or after',
      best: true,
      hits: 'Hits have been encoded once, by the cache, and are not encoded again: the plugin encodes by `onSend`, and the render is not told `Accept-Encoding`. Who bypasses is encoded for.',
      mend: '–',
      covers: 'A2, A3, R63',
    },
  },
  '@fastify/rate-limit': {
    before: {
      where: "before, `addHook('onRequest', app.rateLimit(…))`",
      best: true,
      hits: 'Hits count, and have the fields of the visitor’s own quota.',
      mend: "Let renders pass, which have no address: `keyGenerator: (request) => request.ip ?? ''` and `allowList: (request) => request.isSharedRender`.",
      covers: 'A5, A10',
    },
    global: {
      where: 'before or after, for all routes (its default)',
      hits: 'It runs after the cache, for renders alone; without a `keyGenerator` of yours it throws, since they have no address, and all who wait get 500.',
      mend: '`global: false`, and the hook above.',
      covers: 'A10, P8',
    },
  },
  '@fastify/static': {
    beside: {
      where: 'in a context beside that of the cache',
      best: true,
      hits: 'Files never come to the cache.',
      mend: '–',
      covers: 'A1',
    },
    within: {
      where: 'before or after, in the same context',
      hits: 'No hits but for HTML: `detail=content-type`. Each file takes the place of a render.',
      mend: 'Register the cache in the context of the pages alone.',
      covers: 'I4',
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, OrderRow>>>>

/** What the table has rows of. */
export type Neighbour = keyof typeof ORDER
