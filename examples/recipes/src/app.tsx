import { type ReactNode, Suspense, use } from 'react'

/** Stands for a site's own component tree. */
export function App({ url }: { readonly url: string }): ReactNode {
  return (
    <html lang="en">
      <head>
        <title>Films</title>
      </head>
      <body>
        <h1>{url}</h1>
        <Suspense fallback={<p>Loading</p>}>
          <Reviews reviews={reviewsOf(url)} />
        </Suspense>
      </body>
    </html>
  )
}

function Reviews({ reviews }: { readonly reviews: Promise<string> }): ReactNode {
  return <p>{use(reviews)}</p>
}

const known = new Map<string, Promise<string>>()

// One promise per URL: React renders a component again when what it waited for is there.
function reviewsOf(url: string): Promise<string> {
  const reviews = known.get(url) ?? loadReviews(url)
  known.set(url, reviews)
  return reviews
}

async function loadReviews(url: string): Promise<string> {
  await new Promise((resolve) => setImmediate(resolve))
  if (url.includes('broken')) throw new Error('the reviews cannot be had')
  return '4 of 5 stars'
}
