import { createRenderCache, type Handler, memoryStore, type RenderCache } from '@ssr-cache/core'
import type { BarRule } from './bar.ts'
import { type Contender, type Effort, measure } from './contest.ts'
import type { Part } from './part.ts'
import { repeatedCall } from './repeated-call.ts'
import { goingRound, HOST, HOT_PAGES, targetOf } from './shop.ts'
import { navigation } from './visitors.ts'

/** What the check may cost where it is off because this is production: nothing that can be told from noise. */
const MOST = 1.05

/** The check that is made in development: what it leaves of itself in production, and what it takes where it is on. */
export const keyCoveragePart: Part = {
  name: 'key-coverage',
  about: 'what the key-coverage check costs in production, beside the check switched off by hand',
  async measure(effort) {
    const { NODE_ENV } = process.env
    if (NODE_ENV !== 'production') throw new Error(`expected to run with NODE_ENV=production, got ${NODE_ENV}.`)
    const hits = {
      what: 'a hit',
      note: `${HOT_PAGES} pages in turn, by plan and answer.`,
      contender: hit,
    }
    const misses = {
      what: 'a miss',
      note: 'Each URL is new. The render reads three header fields that are not in the key, and costs little else. Switched on, each of them is told once; what remains is the looking.',
      contender: miss,
    }
    return [await measureCheck(hits, effort), await measureCheck(misses, effort)]
  },
}

/** The check as a cache is told of it. */
interface Setting {
  readonly name: string
  readonly keyCoverage?: boolean
  readonly most?: number
}

const SWITCHED_OFF: Setting = { name: 'keyCoverage: false', keyCoverage: false }
const SETTINGS: readonly Setting[] = [
  { name: 'keyCoverage not set, NODE_ENV=production', most: MOST },
  { name: 'keyCoverage: true, as in development', keyCoverage: true },
]

interface Subject {
  readonly what: string
  readonly note: string
  contender(cache: RenderCache, head: Head, roundMs: number): Promise<Contender>
}

interface Head {
  readonly name: string
  readonly bar?: BarRule
}

async function measureCheck({ what, note, contender }: Subject, effort: Effort) {
  const made = async ({ name, most, ...options }: Setting) => {
    const bar = most === undefined ? {} : { bar: { name: `key-coverage check in production, ${what}`, most } }
    return contender(await filledCache(options), { name, ...bar }, effort.roundMs)
  }
  const baseline = await made(SWITCHED_OFF)
  const contenders: Contender[] = []
  for (const setting of SETTINGS) contenders.push(await made(setting))
  return measure({ title: `Key-coverage check: ${what}`, note, baseline, contenders }, effort)
}

/** What renderers ask of a request. */
const READ = ['accept-language', 'user-agent', 'cookie']

const render: Handler = ({ request }) => {
  const said = READ.map((name) => request.headers.get(name))
  const body = `<!doctype html><title>${new URL(request.url).searchParams.get('page')}</title>${said.join()}`
  return { headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Few pages beside the hot ones, so that a flood of others is at its steady state at once. */
const MOST_ENTRIES = 1_000

async function filledCache(options: Pick<Setting, 'keyCoverage'>): Promise<RenderCache> {
  const store = memoryStore({ maxEntries: MOST_ENTRIES })
  const cache = createRenderCache({ hosts: [HOST], maxAge: 86_400, store, logger: silent, ...options })
  for (let id = 0; id < HOT_PAGES; id++) await cache.handle(requestOf(targetOf(id)), render)
  return cache
}

function hit(cache: RenderCache, head: Head, roundMs: number) {
  const next = goingRound()
  return repeatedCall(
    {
      ...head,
      input: () => navigation(targetOf(next())),
      call(request) {
        const plan = cache.plan(request)
        return plan.kind === 'shared' ? plan.answer(neverRendered) : neverRendered()
      },
    },
    roundMs,
  )
}

function neverRendered(): never {
  throw new Error('expected a hit, got a miss or a bypass')
}

function miss(cache: RenderCache, head: Head, roundMs: number) {
  let asked = 0
  return repeatedCall(
    {
      ...head,
      input: () => requestOf(targetOf(HOT_PAGES + asked++)),
      call: (request) => cache.handle(request, render),
    },
    roundMs,
  )
}

function requestOf(pageTarget: string) {
  const { target, headers } = navigation(pageTarget)
  return { url: `https://${HOST}${target}`, headers }
}
