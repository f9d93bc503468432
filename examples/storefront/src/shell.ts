import { ICON } from './ui/icon.ts'

/** The hashed names of what every page loads. */
export interface PageAssets {
  readonly script: string
  readonly style: string
}

/** What goes out where a page could not be rendered in time: the same script finds no page in it, asks for the page's data and makes the page. See ui/make-page.tsx. */
export function shellOf({ script, style }: PageAssets): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Marquee</title>
    <link rel="icon" href="${ICON}">
    <link rel="stylesheet" href="${style}">
    <script type="module" src="${script}"></script>
  </head>
  <body>
    <main id="content" class="wrap">
      <div class="message" role="status">
        <h1>Just a moment</h1>
        <p class="lead">The shop is busy, so your browser puts this page together.</p>
        <noscript><p>Without JavaScript it cannot: please come again in a few seconds.</p></noscript>
      </div>
    </main>
  </body>
</html>
`
}
