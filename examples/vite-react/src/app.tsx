import { pageContext } from '@ssr-cache/core/context'
import { type ReactElement, useState } from 'react'
import type { Page, Tea } from './page.ts'

export function App({ page }: { readonly page: Page }): ReactElement {
  return (
    <>
      <nav>
        <a href="/">Teas</a> <a href="/account">Account</a>
      </nav>
      <main>
        <View page={page} />
      </main>
    </>
  )
}

function View({ page }: { readonly page: Page }): ReactElement {
  switch (page.kind) {
    case 'menu':
      return <Menu teas={page.teas} />
    case 'tea':
      return <TeaPage tea={page.tea} />
    case 'account':
      return <Account name={page.name} />
    case 'not-found':
      return <h1>There is no such page</h1>
  }
}

function Menu({ teas }: { readonly teas: readonly Tea[] }): ReactElement {
  return (
    <>
      <h1>Our teas</h1>
      <ul>
        {teas.map((tea) => (
          <li key={tea.slug}>
            <a href={`/teas/${tea.slug}`}>{tea.name}</a> <Price tea={tea} />
          </li>
        ))}
      </ul>
    </>
  )
}

function TeaPage({ tea }: { readonly tea: Tea }): ReactElement {
  // Longer than the menu, which changes more often.
  pageContext()?.maxAge(300)
  return (
    <>
      <h1>{tea.name}</h1>
      <p>
        From {tea.origin}, <Price tea={tea} />
      </p>
      <AddToBasket />
    </>
  )
}

/** Whatever page shows a price is named after its tea, so that no page can be forgotten when the price changes. */
function Price({ tea }: { readonly tea: Tea }): ReactElement {
  pageContext()?.tag(`tea:${tea.slug}`)
  return <span className="price">{`€ ${(tea.priceCents / 100).toFixed(2)}`}</span>
}

function AddToBasket(): ReactElement {
  const [count, setCount] = useState(0)
  return (
    <button type="button" onClick={() => setCount(count + 1)}>
      {`In your basket: ${count}`}
    </button>
  )
}

function Account({ name }: { readonly name: string | null }): ReactElement {
  if (name !== null) return <h1>{`Hello, ${name}`}</h1>
  return (
    <form method="post" action="/account">
      <label>
        Your name <input name="name" required />
      </label>
      <button type="submit">Sign in</button>
    </form>
  )
}
