import type { ReactElement } from 'react'

export function NotFoundView(): ReactElement {
  return (
    <div className="message">
      <p className="eyebrow">404</p>
      <h1>This reel is missing</h1>
      <p className="lead">There is no page at this address. The title may have been misspelt, or the link cut short.</p>
      <p>
        <a className="button" href="/">
          To the front page
        </a>
      </p>
    </div>
  )
}

export function UnavailableView(): ReactElement {
  return (
    <div className="message">
      <p className="eyebrow">503</p>
      <h1>Back in a moment</h1>
      <p className="lead">The catalogue does not answer just now. Pages that you have seen before may still work.</p>
      <p>
        <a className="button" href="/">
          To the front page
        </a>
      </p>
    </div>
  )
}
