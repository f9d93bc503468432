import { type ReactElement, useEffect, useState } from 'react'
import { ago } from '../format.ts'
import { useHydrated } from '../hydrated.ts'
import type { Rendered } from '../page.ts'

/** Says which render this page came from. Reload: while the page is kept, the number stays and the age grows. */
export function SiteFooter({ rendered }: { readonly rendered: Rendered }): ReactElement {
  return (
    <footer className="site-footer">
      <div className="wrap">
        <p>
          Rendered at{' '}
          <time dateTime={rendered.at}>{`${rendered.at.slice(0, 10)} ${rendered.at.slice(11, 19)} UTC`}</time> as render
          no. <strong>{rendered.sequence}</strong> of process {rendered.pid}
          <Age since={rendered.at} />
        </p>
        <HydrationNote />
        <p className="quiet">A demonstration shop over the 3,201 films of vega-datasets. Prices are made up.</p>
      </div>
    </footer>
  )
}

/** Counts on in the browser only: the server's "0 seconds ago" would be kept together with the page. */
function Age({ since }: { readonly since: string }): ReactElement | null {
  const [now, setNow] = useState<number>()
  useEffect(() => {
    const tick = () => setNow(Date.now())
    tick()
    const timer = setInterval(tick, 1000)
    return () => clearInterval(timer)
  }, [])
  return now === undefined ? null : <>, {ago(now - Date.parse(since))}</>
}

function HydrationNote(): ReactElement {
  const hydrated = useHydrated()
  return (
    <p className="hydration" data-hydrated={hydrated}>
      {hydrated ? 'Interactive: hydrated in this browser.' : 'Plain HTML: not hydrated yet.'}
    </p>
  )
}
