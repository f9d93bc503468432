import { createRenderCache, type VisitorRequest } from '@ssr-cache/core'
import { type Contender, type Effort, measure } from './contest.ts'
import type { Part } from './part.ts'
import { type KeptPage, PEERS } from './peers.ts'
import { bytesHashedIn, renderer } from './rendering.ts'
import { repeatedCall } from './repeated-call.ts'
import { HOST, PAGE } from './shop.ts'
import { BROWSER, navigation, UNENCODED } from './visitors.ts'

/** How many ask for a page at once that nobody has. */
const CROWD = 1_000

// The way of the one who renders is gone once for a whole crowd: in as few crowds as fit into the usual warm-up it would be measured uncompiled, as no
// server meets a crowd that has been up for a minute.
const WARM_UP = { crowds: 1_000, size: 20 }

/** Crowds before a cold page, of which one render must serve all. */
export const coldPart: Part = {
  name: 'cold',
  about: `${CROWD} cold requests on one key at once, beside a hand-written Map of promises`,
  async measure(effort) {
    const render = renderer(bytesHashedIn(1))
    const computed = `${CROWD} requests at once for a page that nobody has, each time another; the one render computes for 1 ms. The baseline is a Map from URL to promise, as anybody would write it, keeps no page and encodes none, so it is asked for as it is; asked for by browsers, it is encoded once (zstd) before they are answered. An operation is the whole crowd. apicache is left out: it lets each of the crowd render.`
    const bare =
      'The same where the render gives a constant at the next turn of the event loop: what is left is the crowd itself. No bar.'
    return [
      await measureCrowd('1,000 cold requests on one key', computed, render, 1.5, effort),
      await measureCrowd(
        '1,000 cold requests on one key, a render that costs nothing',
        bare,
        () => PAGE,
        undefined,
        effort,
      ),
    ]
  },
}

async function measureCrowd(title: string, note: string, page: () => string, most: number | undefined, effort: Effort) {
  const render = async () => {
    await nextTurn()
    return page()
  }
  const baseline = await handWritten(render, effort)
  const bar = most === undefined ? {} : { bar: { name: '1,000 cold requests on one key', most } }
  const contenders = [await planned(render, effort, bar), await peers(render, effort)].flat()
  return measure({ title, note, baseline, contenders }, effort)
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

type Render = () => Promise<string>

let crowd = 0

/** A crowd's requests, made before they are measured; each crowd wants a page that none has wanted. */
function crowds(fields: typeof BROWSER): (size: number) => readonly VisitorRequest[] {
  return (size) => {
    crowd++
    const target = `/launch/${crowd}?color=blue`
    return Array.from({ length: size }, () => navigation(target, undefined, fields))
  }
}

type Crowd = (requests: readonly VisitorRequest[]) => Promise<unknown>

interface MeasuredCrowd {
  readonly name: string
  readonly call: Crowd
  readonly bar?: object
  readonly fields?: typeof BROWSER
}

/** What crowds ask, compiled before anything is measured. */
async function warmCrowds(
  { name, call, bar = {}, fields = UNENCODED }: MeasuredCrowd,
  { roundMs, warmUp }: Effort,
): Promise<Contender> {
  const crowd = crowds(fields)
  // Where nothing is warmed up, nothing is measured either.
  const most = warmUp === 0 ? 1 : WARM_UP.crowds
  for (let i = 0; i < most; i++) await call(crowd(WARM_UP.size))
  return repeatedCall({ name, ...bar, input: () => crowd(CROWD), call, batch: 1 }, roundMs)
}

function handWritten(render: Render, effort: Effort) {
  const running = new Map<string, Promise<KeptPage>>()
  const rendered = async (key: string): Promise<KeptPage> => {
    try {
      return { status: 200, body: await render() }
    } finally {
      running.delete(key)
    }
  }
  const read = (key: string) => {
    const known = running.get(key)
    if (known !== undefined) return known
    const made = rendered(key)
    running.set(key, made)
    return made
  }
  return crowdOf('a Map of promises', read, effort)
}

function crowdOf(name: string, read: (key: string) => Promise<unknown>, effort: Effort) {
  const call = (requests: readonly VisitorRequest[]) => {
    return Promise.all(requests.map(({ host, target }) => read(`https://${host}${target}`)))
  }
  return warmCrowds({ name, call }, effort)
}

/** One cache for both: what they ask for is never the same. */
async function planned(render: Render, effort: Effort, bar: object): Promise<readonly Contender[]> {
  const cache = createRenderCache({ hosts: [HOST], maxAge: 86_400 })
  const encoder = new TextEncoder()
  const response = async () => {
    const fields = [['content-type', 'text/html; charset=utf-8']] as const
    return { kind: 'response', status: 200, fields, body: encoder.encode(await render()) } as const
  }
  const call = (requests: readonly VisitorRequest[]) => {
    return Promise.all(
      requests.map((request) => {
        const plan = cache.plan(request)
        if (plan.kind !== 'shared') throw new Error(`expected a shared page, got ${plan.kind}`)
        return plan.answer(response)
      }),
    )
  }
  return [
    await warmCrowds({ name: 'plan and answer', call, bar }, effort),
    await warmCrowds({ name: 'plan and answer, encoded', call, fields: BROWSER }, effort),
  ]
}

function peers(render: Render, effort: Effort) {
  const pages = PEERS.map((peer) => {
    return crowdOf(
      peer.name,
      peer.make(async () => ({ status: 200, body: await render() })),
      effort,
    )
  })
  return Promise.all(pages)
}
