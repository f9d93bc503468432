import type { BypassReason } from '../key/bypass.ts'
import type { Refusal } from '../key/normalize-url.ts'
import type { UnshareableReason } from './storable.ts'

/** Why a render is everybody's failure. A `status-NNN` is a 5xx or 429 that the app answered, or an error with a status that it threw. */
export type FailureReason = 'thrown' | 'deadline' | 'cut-off' | `status-${number}`

/** Why the app answers one visitor itself. */
type AloneReason = BypassReason | 'route' | 'route-tags' | 'off'

/** Why nobody rendered, or not in time. `strategy`: nobody is to. */
type UnrenderedReason = 'strategy' | 'turned-away' | 'resting' | 'timeout' | 'bypass-limit' | 'only-if-cached'

/** Why an old page was served, where nothing went wrong. */
type StaleReason = 'refreshing' | 'stale'

/** Why a page that may be shared goes out as one visitor's, or with the grace: nobody has seen its end. */
type UnfinishedReason = 'streamed'

/** Why an answer was no fresh hit: what Cache-Status says in `detail`. Each has words of its own in the doctor. */
export type Reason =
  | AloneReason
  | Refusal['reason']
  | UnshareableReason
  | FailureReason
  | UnrenderedReason
  | StaleReason
  | UnfinishedReason
