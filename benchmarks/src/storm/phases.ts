/** What happens to the storefront. */
export const PHASES = ['calm', 'control', 'storm', 'API hangs', 'recovery'] as const
export type PhaseName = (typeof PHASES)[number]

/** The phases as they follow each other, each stretch as long as the others: control and storm by turns, so that what slows the machine for a while slows both. */
export const STRETCHES: readonly PhaseName[] = [
  'calm',
  ...(['control', 'storm'] as const),
  ...(['control', 'storm'] as const),
  ...(['control', 'storm'] as const),
  'API hangs',
  'recovery',
]

/** A stretch of a phase, in milliseconds by the machine's time. */
export interface Stretch {
  readonly name: PhaseName
  readonly from: number
  readonly to: number
  /** What 99 of 100 delays of the storefront's event loop were below. */
  readonly loopP99Ms: number
}

/** Whom the crawler goes to. While the storefront is measured for comparison, it is another process that has the same work to do. */
export const CRAWLED: Readonly<Record<PhaseName, 'nobody' | 'bystander' | 'shop'>> = {
  calm: 'nobody',
  control: 'bystander',
  storm: 'shop',
  'API hangs': 'shop',
  recovery: 'shop',
}

/** Whether an instant lies in a stretch. */
export function isIn({ from, to }: Pick<Stretch, 'from' | 'to'>, at: number): boolean {
  return at >= from && at < to
}
