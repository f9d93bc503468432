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

export function ErrorView({ status }: { readonly status: number }): ReactElement {
  const isOurs = status >= 500
  return (
    <div className="message">
      <p className="eyebrow">{status}</p>
      <h1>{isOurs ? 'Back in a moment' : 'That did not work'}</h1>
      <p className="lead">
        {isOurs
          ? 'The shop cannot make this page just now. Please try again in a few seconds.'
          : 'The shop did not understand this request.'}
      </p>
      <p>
        <a className="button" href="/">
          To the front page
        </a>
      </p>
    </div>
  )
}
