import type { Express } from '../versions.ts'
import { bareCopy } from './bare-copy.ts'
import { CachedCopy, type Mistake } from './cached-copy.ts'
import { expressFront, type Front } from './front.ts'
import { type Line, openLine } from './line.ts'
import type { Site } from './site.ts'
import { SteppedClock } from './stepped-clock.ts'
import { Timeline } from './timeline.ts'

/** What scripts are played with. */
export interface Stage<Data> {
  readonly site: Site<Data>
  readonly express: Express
  /** @default expressFront */
  readonly front?: Front
  readonly over: 'memory' | 'sockets'
  readonly mistake?: Mistake
}

/** Both copies of an app, and the ways to them. */
export interface Copies<Data> extends AsyncDisposable {
  readonly stage: Stage<Data>
  readonly cached: CachedCopy<Data>
  readonly lines: { readonly cached: Line; readonly bare: Line }
  /** Sets both back to the beginning, but for time: to make a cache takes longer than to play a script. */
  begin(): Promise<Timeline<Data>>
}

/** Makes both copies of an app. */
export async function openCopies<Data>(stage: Stage<Data>): Promise<Copies<Data>> {
  const { site, express, front = expressFront, over, mistake = {} } = stage
  const clock = new SteppedClock()
  let timeline = new Timeline(site.data, clock)
  const current = (): Timeline<Data> => timeline
  const cached = new CachedCopy({ site, express, front, clock, current, mistake })
  const lines = {
    cached: await openLine((request, response) => cached.listener(request, response), over),
    bare: await openLine(bareCopy({ site, express, front, current }), over),
  }
  return {
    stage,
    cached,
    lines,
    async begin() {
      timeline = new Timeline(site.data, clock)
      await cached.forget()
      return timeline
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([lines.cached.close(), lines.bare.close()])
      await cached.close()
    },
  }
}
