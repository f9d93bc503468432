import { isFailureStatus } from '../../rules/storable.ts'
import type { Events } from '../events.ts'
import type { Keyed } from '../keyed.ts'
import type { Attempt } from '../render-run.ts'
import type { Place } from './place.ts'

/** What ended, and who is told of it where it has not. */
export interface Ending {
  readonly slot: Keyed
  /** `undefined`: it did not come to one. */
  readonly attempt: Attempt | undefined
  readonly events: Events
}

/** Gives back the place of a render that is over; where its work goes on although it was told to stop, when that ends or is written off. */
export function giveBack(place: Place, { slot: { route, url }, attempt, events }: Ending): void {
  const work = attempt !== undefined && 'lasting' in attempt ? attempt.lasting : undefined
  if (work !== undefined)
    place.outlivedBy(work, (isHeld) => events.emit('written-off', { route: route.name, url, isHeld }))
  else if (hasFailed(attempt)) place.fail()
  else place.release()
}

function hasFailed(attempt: Attempt | undefined): boolean {
  return (
    attempt === undefined || 'error' in attempt || ('response' in attempt && isFailureStatus(attempt.response.status))
  )
}
