/** Who asks for a place, those first who are served first. `refresh` and `warm-up`: nobody waits for the page. */
export const LANES = ['visitor', 'crawler', 'refresh', 'warm-up'] as const

/** One of those who ask for places. */
export type Lane = (typeof LANES)[number]

/** Whether whoever asks in `lane` is served before those in `other`. */
export function isBefore(lane: Lane, other: Lane): boolean {
  return LANES.indexOf(lane) < LANES.indexOf(other)
}

/** The same for each lane. */
export function byLane<T>(make: (lane: Lane) => T): Readonly<Record<Lane, T>> {
  return Object.freeze({
    visitor: make('visitor'),
    crawler: make('crawler'),
    refresh: make('refresh'),
    'warm-up': make('warm-up'),
  })
}
