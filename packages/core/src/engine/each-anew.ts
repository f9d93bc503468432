import { forwardedStatus, THROWN } from '../rules/cache-status.ts'
import type { Now } from '../store/store.ts'
import { giveBack } from './admission/give-back.ts'
import { ownAnswer } from './answers.ts'
import { askerOf } from './answers-by-mode.ts'
import type { BypassGate } from './bypass-gate.ts'
import { discard } from './collect.ts'
import type { Answered, Events } from './events.ts'
import type { UnkeptResponse } from './flight.ts'
import type { Admission, Answer } from './plan.ts'
import type { Reception } from './reception.ts'
import type { Attempt, OpenPage, RenderRunner } from './render-run.ts'
import type { RunningBody } from './running-body.ts'
import type { Slot } from './slots.ts'
import type { Asker, StandIns } from './stand-ins.ts'
import type { Wish } from './wish.ts'

/** What rendering for each visitor anew needs from the rest of the engine. */
export interface EachAnewParts {
  readonly gate: BypassGate
  readonly runner: RenderRunner
  readonly told: (slot: Slot, answered: Answered, reason?: string) => void
  readonly events: Events
  readonly standIns: StandIns
  readonly reception: Reception
}

/** Answers while the cache is off: the render that it would share, from the same narrowed request, for one visitor, kept by nobody. */
export class EachAnew {
  readonly #o: EachAnewParts

  constructor(parts: EachAnewParts) {
    this.#o = parts
  }

  async answer(ask: Wish<Slot>): Promise<Answer> {
    const { slot, render, request } = ask
    const asker = askerOf(slot, request)
    if (this.#o.reception.strategy(ask) === 'never') {
      this.#o.told(slot, 'turned-away', 'strategy')
      return this.#o.standIns.unrendered(asker)
    }
    const admitted = await this.#o.gate.admit(asker, ask.stay)
    if (admitted.kind === 'answer') {
      this.#o.told(slot, 'turned-away', 'bypass-limit')
      return admitted
    }
    // It is the visitor's alone in any case.
    const onOpen = slot.route.stream === 'whole' ? undefined : ({ body }: OpenPage): void => body.letThrough()
    const attempt = await this.#o.runner.run({ slot, render, onOpen })
    if (attempt.kind === 'passing') void this.#passing(slot, attempt.running, admitted)
    else giveBack(admitted, { slot, attempt, events: this.#o.events })
    return this.#answered(slot, attempt, asker)
  }

  /** A page that is handed on while it is still rendered keeps its place until it ends. */
  async #passing({ route, url }: Slot, running: RunningBody, place: Admission): Promise<void> {
    const broken = await running.ended
    place.release()
    if (broken === undefined) return
    this.#o.events.emit('failure', { route: route.name, url, error: broken.error, background: false, streamed: true })
  }

  #answered(slot: Slot, attempt: Attempt, asker: Asker): Now<Answer> {
    const { told, standIns } = this.#o
    switch (attempt.kind) {
      case 'declined':
        told(slot, 'declined', 'off')
        return attempt
      case 'thrown': {
        told(slot, 'failed', 'thrown')
        const shell = standIns.thrown(attempt.error, THROWN, asker)
        if (shell === undefined) throw attempt.error
        return shell
      }
      case 'deadline':
        told(slot, 'turned-away', 'deadline')
        return standIns.unserved(503, 'deadline', asker)
      default:
        told(slot, 'bypass', 'off')
        return this.#responded(slot, attempt.response, asker)
    }
  }

  #responded(slot: Slot, response: UnkeptResponse, asker: Asker): Now<Answer> {
    const cacheStatus = forwardedStatus('bypass', { detail: 'off' })
    const shell = this.#o.standIns.failed(response, { reason: 'off', cacheStatus }, asker)
    if (shell === undefined) return ownAnswer(slot, response, 'off')
    discard(response.body)
    return shell
  }
}
