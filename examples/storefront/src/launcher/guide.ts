export interface GuideOptions {
  readonly shopUrl: string
  readonly apiUrl: string
  readonly apiPid: number | undefined
}

/** What to open, and what to try: printed when everything serves. */
export function guide({ shopUrl, apiUrl, apiPid }: GuideOptions): string {
  return `
  Storefront    ${shopUrl}
  Commerce API  ${apiUrl}/api/movies

  Each line "rendered ..." below is one render. Reload a page: no new line, it is served from memory.

  Ask twice: the second answer is a hit, with what remains of its lifetime.
    curl -sI ${shopUrl}/movies/inception | grep -iE 'cache-status|cache-control'

  Edit a film: its page, its director's and its genre's are told apart by tags and rendered again; all others stay.
    curl -X PATCH ${apiUrl}/api/movies/2026 -H 'content-type: application/json' -d '{"title":"Inception (restored)"}'
    curl -s ${shopUrl}/movies/inception | grep -o '<title>[^<]*'

  An offer that ends by itself, with nobody's edit: watch the price for half a minute.
    curl -X PATCH ${apiUrl}/api/movies/2026 -H 'content-type: application/json' \\
      -d "{\\"offer\\":{\\"priceCents\\":99,\\"endsAt\\":\\"$(node -p 'new Date(Date.now() + 30000).toISOString()')\\"}}"

  A page of one visitor is never kept: private, no-store.
    curl -si -c /tmp/jar -d name=Ada ${shopUrl}/login | grep -i location
    curl -si -b /tmp/jar ${shopUrl}/account | grep -iE 'cache-status|cache-control|Hello'

  Stop the API: pages that were rendered go on; others are an honest 503 that nobody keeps.
    kill ${apiPid ?? '<pid>'}

  Ctrl-C stops everything.
`
}
