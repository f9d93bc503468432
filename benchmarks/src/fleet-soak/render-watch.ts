import type { Begun } from '../../../test-utils/fleet/fleet.ts'
import type { Watch } from './visitors.ts'

/** Renders that are longer than this count as over: their process is gone. */
const REMEMBERED_MS = 30_000

/** Counts renders, and finds those of one page that two nodes made at once though nothing had invalidated it. */
export class RenderWatch {
  readonly #watch: Watch
  readonly #recent = new Map<string, Begun[]>()
  #seen = 0

  constructor(watch: Watch) {
    this.#watch = watch
  }

  look(): void {
    const { begun } = this.#watch.scene.fleet
    for (; this.#seen < begun.length; this.#seen++) this.#count(begun[this.#seen] as Begun) // below the length
  }

  #count(render: Begun): void {
    const { tally, troubles, scene } = this.#watch
    tally.renders++
    const beside = this.#beside(render)
    this.#recent.set(render.of, [...beside, render])
    const twin = beside.find((other) => this.#isTwin(other, render))
    if (twin === undefined) return
    tally.doubleRenders++
    const places = [twin, render].map(({ node }) => scene.fleet.nodes.indexOf(node))
    const isCalm = places.every((place) => place !== -1 && troubles.isCalm(place, twin.beganAt))
    if (!isCalm) return
    tally.doubleInCalm++
    tally.note(`${render.of} was rendered by the nodes ${places.join(' and ')} at once`)
  }

  /** What of this page was under way when the render began. */
  #beside({ of, beganAt }: Begun): Begun[] {
    return (this.#recent.get(of) ?? []).filter((other) => {
      return (other.endedAt ?? other.beganAt + REMEMBERED_MS) > beganAt
    })
  }

  /** Not where an invalidation may have come between the two: who comes after it is given a render of its own. */
  #isTwin(other: Begun, render: Begun): boolean {
    return other.node !== render.node && !this.#watch.ledger.mayHaveHit(render.of, other.beganAt, render.beganAt)
  }
}
