import type { ReactElement } from 'react'

export interface Crumb {
  readonly name: string
  readonly href: string
}

export function Breadcrumbs({
  trail,
  here,
}: {
  readonly trail: readonly Crumb[]
  readonly here: string
}): ReactElement {
  return (
    <nav className="breadcrumbs" aria-label="Breadcrumbs">
      <ol>
        <li>
          <a href="/">Home</a>
        </li>
        {trail.map((crumb) => (
          <li key={crumb.href}>
            <a href={crumb.href}>{crumb.name}</a>
          </li>
        ))}
        <li aria-current="page">{here}</li>
      </ol>
    </nav>
  )
}
