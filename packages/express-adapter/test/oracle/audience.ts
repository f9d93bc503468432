import { RUN } from './app.ts'
import { MOMENT } from './bare-copy.ts'
import { Cdn, type Stored } from './cdn.ts'
import { chosen } from './chosen.ts'
import { differences, type Got } from './compare.ts'
import type { Copies } from './copies.ts'
import { detailOf, Judge, statusOf, type Visit } from './judge.ts'
import type { Answered } from './line.ts'
import { type Act, type Script, VISITORS } from './script.ts'
import type { Story } from './story.ts'
import type { Run, Timeline } from './timeline.ts'
import { header, Visitor, type Wish } from './visitor.ts'

/** How often visitors were answered how. */
export type Tally = Map<string, number>

/** What an audience belongs to. */
export interface AudienceParts<Data> {
  readonly script: Script
  readonly copies: Copies<Data>
  readonly timeline: Timeline<Data>
  readonly story: Story
}

/** A visit under way. */
interface Waiting {
  /** `undefined`: a CDN asks behind everybody's back. */
  readonly visitor: Visitor | undefined
  readonly wish: Wish
  readonly leave: () => void
}

/** An answer, with everything that is known of who got it and how. */
interface Reception extends Waiting {
  readonly visit: Visit
  readonly answered: Answered
  /** Where it is a CDN's. */
  readonly stored?: Stored<Visit>
}

/** Everybody who visits the cached copy. Each answer is compared with the other copy's and held against the promises. */
export class Audience<Data> {
  readonly tally: Tally = new Map()
  readonly #o: AudienceParts<Data>
  readonly #judge: Judge<Data>
  readonly #cdn: Cdn<Visit> | undefined
  readonly #visitors: readonly Visitor[]
  readonly #waiting = new Set<Waiting>()

  constructor(parts: AudienceParts<Data>) {
    this.#o = parts
    const { script, copies, timeline } = parts
    const { site } = copies.stage
    this.#judge = new Judge(site, timeline)
    this.#cdn = script.cdn && site.cdnKeys !== undefined ? new Cdn(site) : undefined
    this.#visitors = VISITORS.map((name, place) => new Visitor(name, place, site.choices))
  }

  /** Answers that are on their way. */
  get waiting(): number {
    return this.#waiting.size
  }

  visit({ who, page, spelling, likes, method, conditional, authorized }: Extract<Act, { do: 'visit' }>): void {
    const visitor = chosen(this.#visitors, who)
    // What somebody is must not change while an answer is on its way.
    if (this.#waits(visitor, 'POST')) return
    const { script, copies } = this.#o
    const { url, respellable = false } = chosen(copies.stage.site.pages, page === 0 ? script.favourite : page)
    this.#send(visitor, { url, respellable, spelling, likes, method, conditional, authorized })
  }

  deed({ who, deed }: Extract<Act, { do: 'deed' }>): void {
    const visitor = chosen(this.#visitors, who)
    if (this.#waits(visitor)) return
    const { url, body } = chosen(this.#o.copies.stage.site.deeds, deed)
    const plain = { respellable: false, spelling: 0, likes: 0, conditional: false, authorized: false }
    this.#send(visitor, { ...plain, url, method: 'POST', body: body(visitor.mark) })
  }

  choose({ who, value }: Extract<Act, { do: 'choose' }>): void {
    const visitor = chosen(this.#visitors, who)
    const choices = Object.entries(this.#o.copies.stage.site.choices)
    if (choices.length === 0 || this.#waits(visitor)) return
    const [cookie, values] = chosen(choices, value)
    visitor.choose(cookie, chosen(values, value))
  }

  /** Somebody hangs up on every answer, but for those to deeds, of which both copies must know. */
  leave(who: number): void {
    const visitor = chosen(this.#visitors, who)
    if (this.#waits(visitor, 'POST')) return
    for (const waiting of this.#waiting) {
      if (waiting.visitor !== visitor) continue
      waiting.leave()
      this.#over(waiting)
    }
  }

  count(kind: string): void {
    this.tally.set(kind, (this.tally.get(kind) ?? 0) + 1)
  }

  #waits(visitor: Visitor, method?: string): boolean {
    return [...this.#waiting].some(
      (each) => each.visitor === visitor && each.wish.method === (method ?? each.wish.method),
    )
  }

  #send(visitor: Visitor, wish: Wish): void {
    const { timeline, copies } = this.#o
    const asked = visitor.ask(wish, copies.stage.site)
    const { at, build } = timeline.now
    const visit: Visit = { asked, place: timeline.next(), at, build, moment: timeline.remember() }
    const stored = this.#cdn?.find(asked, at)
    if (stored === undefined || stored.isStale) this.#forward(visit, wish, stored === undefined ? visitor : undefined)
    if (stored !== undefined) this.#resell(visit, wish, visitor, stored)
  }

  #forward(given: Visit, wish: Wish, visitor: Visitor | undefined): void {
    const visit = { ...given, asked: this.#cdn?.forwarded(given.asked) ?? given.asked }
    const call = this.#o.copies.lines.cached.ask(visit.asked)
    const waiting = { visitor, wish, leave: call.leave }
    this.#track(waiting, async () => {
      const answered = await call.answered
      this.#o.timeline.next()
      await this.#examine({ ...waiting, visit, answered })
      this.#cdn?.store(visit.asked, answered, this.#o.timeline.clock.now(), visit)
    })
  }

  /** A CDN's answer is one that this visitor could have had when the CDN asked. */
  #resell(visit: Visit, wish: Wish, visitor: Visitor, stored: Stored<Visit>): void {
    const { status, headers, body } = stored.answered
    const answered = { status, headers, body: visit.asked.method === 'HEAD' ? '' : body }
    const waiting = { visitor, wish, leave() {} }
    this.count('CDN hit')
    this.#track(waiting, () => this.#examine({ ...waiting, visit, answered, stored }))
  }

  #track(waiting: Waiting, work: () => Promise<void>): void {
    this.#waiting.add(waiting)
    work()
      .catch((error: unknown) => {
        // Whoever has left is told nothing, but that the connection is gone.
        if (this.#waiting.has(waiting)) this.#o.story.fault(`no answer: ${error}`)
      })
      .finally(() => this.#over(waiting))
  }

  #over(waiting: Waiting): void {
    this.#waiting.delete(waiting)
    this.#o.timeline.next()
  }

  async #examine(reception: Reception): Promise<void> {
    const { visitor, wish, visit, answered, stored } = reception
    const { timeline, story } = this.#o
    const answeredAt = timeline.clock.now()
    const run = timeline.runs[Number(header(answered, RUN) ?? -1)]
    this.#tell(reception, run)
    this.count(kindOf(answered))
    const known = visitor?.remembered(wish.url, header(answered, 'etag'))
    const faults = [...this.#leaks(reception), ...this.#given(run)]
    if (run !== undefined) {
      const asOf = stored === undefined ? visit : { ...stored.from, asked: visit.asked }
      const at = stored?.storedAt ?? answeredAt
      faults.push(...this.#judge.faults({ visit: asOf, answered, answeredAt: at, run, isResold: stored !== undefined }))
    }
    if (run !== undefined || !this.#judge.excuses(visit, answered, answeredAt))
      faults.push(...(await this.#differences(visit, { answered, method: visit.asked.method, known }, run)))
    for (const fault of faults) story.fault(fault)
    visitor?.take(wish.url, visit.asked.method, answered)
  }

  /** How an answer differs from the one without a cache, as of the run that it names or of any that it may be from. */
  async #differences(visit: Visit, got: Got, run: Run<Data> | undefined): Promise<readonly string[]> {
    const { 'if-none-match': _, ...headers } = visit.asked.headers
    let found: readonly string[] = []
    for (const moment of run === undefined ? this.#judge.momentsBelow(visit) : [run.moment]) {
      const asOf = { ...headers, [MOMENT]: String(moment) }
      found = differences(got, await this.#o.copies.lines.bare.ask({ ...visit.asked, headers: asOf }).answered)
      if (found.length === 0) break
    }
    return found
  }

  /** Nothing of anybody is in an answer to somebody else, whatever the apps may do. */
  #leaks({ visit, answered }: Reception): readonly string[] {
    const shown = JSON.stringify([answered.headers, answered.body])
    const own = JSON.stringify(visit.asked)
    const others = this.#visitors.filter(({ mark }) => !own.includes(mark) && shown.includes(mark))
    return others.map(({ mark }) => `it shows something of ${mark}`)
  }

  /** A render for everybody is given nothing of anybody, whatever it makes of it. */
  #given(run: Run<Data> | undefined): readonly string[] {
    const whose = this.#visitors.filter(({ mark }) => run?.given.includes(mark))
    return whose.map(({ mark }) => `its render was given something of ${mark}`)
  }

  #tell({ visitor, visit, answered, stored }: Reception, run: Run<Data> | undefined): void {
    const who = visitor?.mark ?? 'the CDN'
    const from = `${run === undefined ? '' : ` (run ${run.id})`}${stored === undefined ? '' : ' from the CDN'}`
    const { method, target } = visit.asked
    this.#o.story.tell(`${who} ${method} ${target} → ${answered.status} ${statusOf(answered)}${from}`)
  }
}

/** How an answer came about, by its own word. */
function kindOf(answered: Answered): string {
  const status = statusOf(answered)
  const detail = detailOf(answered)
  const known = answered.status === 304 ? '304, ' : ''
  if (status.includes('; hit')) return `${known}${detail === undefined ? 'hit' : `stale, ${detail}`}`
  const forwarded = status.includes('; collapsed') ? 'collapsed' : (/; (fwd=[\w-]+)/.exec(status)?.[1] ?? 'below')
  return `${known}${forwarded}${detail === undefined ? '' : `, ${detail}`}`
}
