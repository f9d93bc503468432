import type { ReactElement } from 'react'
import { SiteFooter } from './components/site-footer.tsx'
import { SiteHeader } from './components/site-header.tsx'
import { hydrationJson } from './hydration-data.ts'
import { ICON } from './icon.ts'
import { type Page, type Rendered, stampOf, titleOf } from './page.ts'
import { AccountView } from './views/account-view.tsx'
import { DirectorView } from './views/director-view.tsx'
import { FilmView } from './views/film-view.tsx'
import { GenreView } from './views/genre-view.tsx'
import { HomeView } from './views/home-view.tsx'
import { LoginView } from './views/login-view.tsx'
import { ErrorView, NotFoundView } from './views/message-views.tsx'
import { SearchView } from './views/search-view.tsx'

export interface DocumentProps {
  readonly page: Page
  readonly rendered: Rendered
  /** URL of the style sheet. */
  readonly style: string
}

/** The whole HTML document: rendered by the server, hydrated by the browser from the data that it carries along. */
export function Document(props: DocumentProps): ReactElement {
  const { page, rendered, style } = props
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="rendered" content={stampOf(rendered)} />
        <title>{`${titleOf(page)} · Marquee`}</title>
        <link rel="icon" href={ICON} />
        <link rel="stylesheet" href={style} />
      </head>
      <body>
        <a className="skip-link" href="#content">
          Skip to the content
        </a>
        <SiteHeader query={page.kind === 'search' ? page.data.query : ''} />
        <main id="content" className="wrap">
          <View page={page} />
        </main>
        <SiteFooter rendered={rendered} />
        <script
          id="page-data"
          type="application/json"
          // biome-ignore lint/security/noDangerouslySetInnerHtml: hydrationJson escapes whatever could end the element
          dangerouslySetInnerHTML={{ __html: hydrationJson(props) }}
        />
      </body>
    </html>
  )
}

function View({ page }: { readonly page: Page }): ReactElement {
  switch (page.kind) {
    case 'home':
      return <HomeView home={page.data} />
    case 'film':
      return <FilmView {...page.data} />
    case 'director':
      return <DirectorView {...page.data} />
    case 'genre':
      return <GenreView {...page.data} />
    case 'search':
      return <SearchView {...page.data} />
    case 'login':
      return <LoginView problem={page.problem} />
    case 'account':
      return <AccountView name={page.name} />
    case 'not-found':
      return <NotFoundView />
    case 'error':
      return <ErrorView status={page.status} />
  }
}
