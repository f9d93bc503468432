import { fieldValue } from '../../fields.ts'
import { isPersonal } from '../../key/bypass.ts'
import type { Course } from './course.ts'
import { culpritsOf, setCookies } from './culprits.ts'
import type { Explained } from './explained.ts'
import { type FrontCache, type OwnMember, type Seen, seen } from './seen.ts'
import { type Blame, listed, wordsFor } from './words.ts'

/** What was found out. */
export interface Diagnosis {
  /** `hit` and `will-hit` are healthy; `stands-in`: an old page, since renders fail. */
  readonly verdict: 'hit' | 'will-hit' | 'stands-in' | 'not-a-hit'
  /** What keeps the page from being a hit, as Cache-Status names it or in a word of the doctor's own. */
  readonly reason?: string
  /** Names of cookies, headers or parameters. */
  readonly culprits: readonly string[]
  /** One sentence, without what the verdict says. */
  readonly says: string
  /** What to do, one step each. */
  readonly mend: readonly string[]
  /** What else is worth knowing. */
  readonly notes: readonly string[]
}

/** A diagnosis without its notes, which do not depend on it. */
type Finding = Omit<Diagnosis, 'notes' | 'culprits'> & { readonly culprits?: readonly string[] }

/** Everything that a finding is made from. */
interface Case {
  readonly course: Course
  readonly all: readonly Seen[]
  readonly last: Seen
  readonly told: Explained | undefined
}

/** Whether somebody has to do something. */
export function isHealthy({ verdict }: Pick<Diagnosis, 'verdict'>): boolean {
  return verdict === 'hit' || verdict === 'will-hit'
}

/** Reads a course: pure, so that whatever can come is a row of a table. */
export function diagnose(course: Course): Diagnosis {
  const all = course.replies.map(seen)
  const last = all.at(-1) as Seen // the page was asked for at least once
  const told = typeof course.explained === 'string' ? undefined : course.explained
  const facts = { course, all, last, told }
  return { culprits: [], ...finding(facts), notes: notesOf(facts) }
}

function finding(facts: Case): Finding {
  const { own, front, isCutOff } = facts.last
  if (isCutOff) return CUT_OFF
  const answerer = front.find(({ hit }) => hit)
  if (answerer !== undefined) return inFront(answerer, facts)
  if (own === undefined) return offPath(facts)
  if (own.hit) return hit(own, facts)
  if (own.detail !== undefined) return forReason(own.detail, 'not-a-hit', facts)
  return own.stored ? stored(own, facts) : unkept(own, facts)
}

/** Whatever its head says. */
const CUT_OFF: Finding = Object.freeze({
  verdict: 'not-a-hit',
  reason: 'cut-off',
  says: 'its body broke off, or did not end in time: whoever asks is given a part of it.',
  mend: [
    'See in the log of the app what the render threw after its first bytes.',
    'If the page takes that long, wait longer: --timeout 120.',
    'See that no proxy cuts long answers, and that Content-Length is that of the body.',
  ],
})

function inFront({ name, said }: FrontCache, { last }: Case): Finding {
  if (!isLeaked(last))
    return { verdict: 'hit', says: `${name} answered by itself (${said}); the app was not asked.`, mend: [] }
  return {
    verdict: 'not-a-hit',
    reason: 'kept-in-front',
    culprits: [name],
    says: `${name} answered everyone with what is one visitor’s (${said}), although the app sent it private.`,
    mend: ['Let it heed Cache-Control: private and no-store, and bypass on the cookies that bypass here.'],
  }
}

const OF_ONE_VISITOR: ReadonlySet<string> = new Set(['set-cookie', 'private', 'no-store', 'nonce'])

function isLeaked({ own, fields }: Seen): boolean {
  if (own?.detail === undefined || !(isPersonal(own.detail) || OF_ONE_VISITOR.has(own.detail))) return false
  return /\b(private|no-store)\b/i.test(fieldValue(fields, 'cache-control') ?? '')
}

function offPath({ last, told }: Case): Finding {
  if (told === undefined) {
    return {
      verdict: 'not-a-hit',
      reason: 'not-on-path',
      says:
        last.status === 404
          ? 'the answer is a 404 without a Cache-Status of ssr-cache: the app has no page here, or the cache is not on the way.'
          : `the answer (${last.status}) has no Cache-Status of ssr-cache, so it did not come by the cache.`,
      mend: [
        'See that the cache stands above the code that answers this path, and that nothing above it answers first.',
        'See that no proxy removes Cache-Status, and that the app runs a version that sends it.',
      ],
    }
  }
  return {
    verdict: 'not-a-hit',
    reason: 'declined',
    says: `the cache is on the way, and the answer (${last.status}) is not its own: what it was given to render passed the visitor on.`,
    mend: [
      'If the page should come from it, answer there, and do not call next().',
      'If it does, see that no proxy removes Cache-Status.',
    ],
  }
}

/** Old pages for which nothing is to be done. */
const IN_ORDER: ReadonlySet<string> = new Set(['refreshing', 'stale'])

function hit({ detail, ttl = 0 }: OwnMember, facts: Case): Finding {
  if (detail === undefined) return { verdict: 'hit', says: `kept, and fresh for another ${ttl} s.`, mend: [] }
  if (!IN_ORDER.has(detail)) return forReason(detail, 'stands-in', facts)
  return { verdict: 'hit', says: wordsFor(detail)?.says(blame(facts, [])) ?? '', mend: [] }
}

function forReason(reason: string, verdict: Diagnosis['verdict'], facts: Case): Finding {
  const culprits = culpritsOf(reason, facts.last, facts.course)
  const words = wordsFor(reason)
  if (words === undefined) {
    const says = `the cache says "${reason}", which this version of the doctor does not know.`
    return { verdict, reason, culprits, says, mend: ['Use the doctor of the version that the app runs.'] }
  }
  const about = blame(facts, culprits)
  return { verdict, reason, culprits, says: words.says(about), mend: words.mend(about) }
}

function blame({ told }: Case, names: readonly string[]): Blame {
  return { names, route: told?.explanation.route }
}

function stored({ ttl = 0 }: OwnMember, { all }: Case): Finding {
  const isLost = all.length > 1 && all.every(({ own }) => own?.stored === true && !own.hit)
  if (!isLost) return { verdict: 'will-hit', says: `rendered now, and stored for ${ttl} s.`, mend: [] }
  return {
    verdict: 'not-a-hit',
    reason: 'stored-and-gone',
    says: 'it was stored each time, and found by nobody.',
    mend: [
      'Several processes keep pages of their own: ask more often (--times 10), until each has rendered it.',
      'If it stays so, see whether something invalidates it at once, or its store is too small.',
    ],
  }
}

/** Rendered for all who waited, and kept by nobody. */
function unkept({ ttl = 0 }: OwnMember, { told }: Case): Finding {
  if (ttl > 0) {
    return {
      verdict: 'not-a-hit',
      reason: 'not-stored',
      says: 'it was rendered and not kept: its store failed, or a purge came meanwhile.',
      mend: ['Ask again. If it stays so, the event "store-error" has the error.'],
    }
  }
  const byRoute = told?.lifetimes === undefined || told.lifetimes.maxAge === 0
  const where = told?.explanation.route === undefined ? 'its route' : `the route "${told.explanation.route}"`
  return {
    verdict: 'not-a-hit',
    reason: 'no-lifetime',
    says: `its lifetime is 0 and it has no window: ${byRoute ? `by maxAge of ${where}, or by what the page says of itself` : 'the page says so of itself'}.`,
    mend: [
      `Give ${where} a maxAge, or a staleWhileRevalidate.`,
      'If it has one, look for pageContext().maxAge(0) and .expiresAt(…) in the render.',
    ],
  }
}

function notesOf(facts: Case): readonly string[] {
  return [...aboutSecret(facts), ...aboutLifetime(facts), ...aboutDownstream(facts), ...aboutHosts(facts)]
}

function aboutSecret({ course, last }: Case): readonly string[] {
  if (course.explained === 'unasked') {
    const isPlain = last.own === undefined || (last.own.hit && last.own.detail === undefined)
    return isPlain ? [] : ['With admin: { secret } in the cache, and --secret, it names route and culprit itself.']
  }
  if (course.explained !== 'refused') return []
  const isInFront = last.front.some((cache) => cache.hit)
  return [
    isInFront
      ? "The secret did not reach the app, since a cache in front answers. Ask the app itself: http://127.0.0.1:PORT, with --header 'host: NAME'."
      : last.own === undefined
        ? 'The secret was not heeded: the request did not come to the cache, or it is another than admin.secret, admin is not set, or a proxy removes ssr-cache-explain.'
        : 'The secret was not heeded: it is another than admin.secret, admin is not set, or a proxy removes ssr-cache-explain.',
  ]
}

function aboutLifetime({ all, last, told }: Case): readonly string[] {
  const notes: string[] = []
  if (last.own?.hit === true && last.status !== 200)
    notes.push(`What is kept is a ${last.status}; statusMaxAge says how long.`)
  const page = told?.explanation.page
  const isZero =
    page?.freshUntil === undefined
      ? all.some(({ own }) => own?.stored === true && own.ttl === 0)
      : page.freshUntil === page.storedAt
  if (last.own?.hit === true && isZero) notes.push('Its lifetime is 0: each visit starts a render behind the old page.')
  return notes
}

/** A page that is a hit here and that nobody downstream may keep. */
function aboutDownstream({ last }: Case): readonly string[] {
  const control = fieldValue(last.fields, 'cache-control') ?? ''
  if (last.own?.hit !== true || !/\bprivate\b/i.test(control)) return []
  const cookies = setCookies(last.fields)
  if (cookies.length > 0) {
    return [
      `It goes out private, since code above the cache sets ${listed(cookies)}: no CDN keeps it. Sessions: saveUninitialized: false.`,
    ]
  }
  return /\bno-store\b/i.test(control)
    ? ['It goes out private, since code above the cache says so, or adds a nonce: no CDN keeps it.']
    : [
        'It goes out private, since its key holds more than the URL. If the CDN keys that, too, name it in downstream.cdnKeys.',
      ]
}

function aboutHosts({ told }: Case): readonly string[] {
  return told?.hostsNamed === false ? ['"hosts" is not set: in production any Host makes pages of its own.'] : []
}
