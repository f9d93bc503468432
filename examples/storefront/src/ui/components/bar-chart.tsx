import type { ReactElement } from 'react'
import { dollars } from '../format.ts'

export interface Bar {
  readonly name: string
  readonly amount: number
}

/** Amounts side by side. The bars are drawing only; the figures beside them say the same. */
export function BarChart({ bars }: { readonly bars: readonly Bar[] }): ReactElement {
  const longest = Math.max(1, ...bars.map((bar) => bar.amount))
  return (
    <dl className="bars">
      {bars.map((bar) => (
        <div key={bar.name}>
          <dt>{bar.name}</dt>
          <dd>
            <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
              <rect width={((bar.amount / longest) * 100).toFixed(2)} height="4" />
            </svg>
            {dollars(bar.amount)}
          </dd>
        </div>
      ))}
    </dl>
  )
}
