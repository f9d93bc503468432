/** What happens to the storefront, in this order. */
export const PHASES = ['calm', 'control', 'storm', 'API hangs', 'recovery'] as const
export type PhaseName = (typeof PHASES)[number]

/** A stretch of a storm, in milliseconds by the machine's time. */
export interface Phase {
  readonly name: PhaseName
  readonly from: number
  readonly to: number
}

/** Whom the crawler goes to. While the storefront is measured for comparison, it is another process that has the same work to do. */
export const CRAWLED: Readonly<Record<PhaseName, 'nobody' | 'bystander' | 'shop'>> = {
  calm: 'nobody',
  control: 'bystander',
  storm: 'shop',
  'API hangs': 'shop',
  recovery: 'shop',
}

/** Whether an instant lies in a phase. */
export function isIn({ from, to }: Pick<Phase, 'from' | 'to'>, at: number): boolean {
  return at >= from && at < to
}
