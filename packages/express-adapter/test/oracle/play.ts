import { Audience, type Tally } from './audience.ts'
import { chosen } from './chosen.ts'
import type { Copies } from './copies.ts'
import type { Act, Script, Step } from './script.ts'
import { Story } from './story.ts'
import type { Named, Removal, Timeline } from './timeline.ts'

/** Turns of the event loop without anything happening, after which nothing more will: an answer in memory takes a few. */
const QUIET_TURNS = 12

/** Longer than any render, rest or time limit. */
const THE_END_MS = 300_000

/** Plays a script with both copies of an app; rejects with the faults of the first step that has any. Tells how often visitors were answered how. */
export async function play<Data>(script: Script, copies: Copies<Data>): Promise<Tally> {
  const performance = new Performance(script, copies, await copies.begin())
  for (const step of script.steps) await performance.perform(step)
  return performance.end()
}

/** What becomes of a script: acts change time and data, visitors go to the audience. */
class Performance<Data> {
  readonly #copies: Copies<Data>
  readonly #timeline: Timeline<Data>
  readonly #story: Story
  readonly #audience: Audience<Data>

  constructor(script: Script, copies: Copies<Data>, timeline: Timeline<Data>) {
    this.#copies = copies
    this.#timeline = timeline
    this.#story = new Story(timeline.clock)
    this.#audience = new Audience({ script, copies, timeline, story: this.#story })
  }

  async perform(step: Step): Promise<void> {
    await this.#do(step)
    if (step.pause) await this.#settle()
    this.#story.throwIfFaulty()
  }

  /** Whoever still waits is answered. */
  async end(): Promise<Tally> {
    await this.#wait(THE_END_MS)
    if (this.#audience.waiting > 0) this.#story.fault('some visitors were never answered')
    this.#story.throwIfFaulty()
    return this.#audience.tally
  }

  async #do(act: Act): Promise<void> {
    const { scene } = this.#timeline
    switch (act.do) {
      case 'visit':
        return this.#audience.visit(act)
      case 'deed':
        return this.#audience.deed(act)
      case 'choose':
        return this.#audience.choose(act)
      case 'leave':
        return this.#audience.leave(act.who)
      case 'wait':
        return this.#wait(act.ms)
      case 'edit':
        return this.#edit(act)
      case 'remove':
        return this.#remove(this.#named(act), act.how === 'purge', 0)
      case 'health':
        this.#story.tell(`the app is ${act.health}`)
        this.#timeline.scene = { ...scene, health: act.health }
        return
      case 'pace':
        return this.#pace(act.ms)
      case 'deploy':
        this.#story.tell(`build ${scene.build + 1} is out`)
        this.#timeline.scene = { ...scene, build: scene.build + 1 }
    }
  }

  async #edit(act: Extract<Act, { do: 'edit' }>): Promise<void> {
    const { scene, clock } = this.#timeline
    const { apply, name } = chosen(this.#copies.stage.site.edits, act.edit)
    this.#story.tell(name)
    this.#timeline.scene = { ...scene, data: apply(scene.data, clock.now()) }
    if (act.how === 'purge') await this.#remove(this.#named(act), true, 0)
    if (act.how === 'invalidate') await this.#remove(this.#named(act), false, act.settleMs)
  }

  /** What the app says to its cache of an edit. */
  #named({ edit, told }: { readonly edit: number; readonly told: number }): Named {
    return chosen(chosen(this.#copies.stage.site.edits, edit).told, told)
  }

  async #remove(named: Named, hard: boolean, settleMs: number): Promise<void> {
    this.#story.tell(`${hard ? 'purge' : `invalidate, settling ${settleMs} ms,`} ${JSON.stringify(named)}`)
    const called = this.#timeline.next()
    const calledAt = this.#timeline.clock.now()
    const removal: Removal = { hard, settleMs, named, calledAt, called, resolved: Number.POSITIVE_INFINITY }
    this.#timeline.removals.push(removal)
    const { removals } = this.#copies.cached
    await (hard ? removals.purge(named) : removals.invalidate({ ...named, settleMs }))
    removal.resolved = this.#timeline.next()
    this.#audience.count(hard ? 'purge' : 'invalidate')
  }

  #pace(delayMs: number): void {
    // Where connections are real, nothing tells whether an answer is on its way or waits for time to pass.
    if (this.#copies.stage.over === 'sockets') return
    this.#story.tell(`the app takes ${delayMs} ms`)
    this.#timeline.scene = { ...this.#timeline.scene, delayMs }
  }

  async #wait(ms: number): Promise<void> {
    await this.#settle()
    await this.#timeline.clock.advance(ms, () => this.#settle())
    await this.#settle()
  }

  /** Resolves when everything has happened that can without time passing. */
  async #settle(): Promise<void> {
    const { cached, stage } = this.#copies
    let quiet = 0
    let seen = -1
    while (quiet < QUIET_TURNS || stage.over === 'sockets') {
      if (this.#audience.waiting === 0 && cached.isIdle) return
      await new Promise((resolve) => setImmediate(resolve))
      quiet = seen === this.#timeline.latest ? quiet + 1 : 0
      seen = this.#timeline.latest
    }
  }
}
