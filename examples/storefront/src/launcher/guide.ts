export interface GuideOptions {
  readonly shopUrl: string
  readonly apiUrl: string
  readonly apiPid: number | undefined
  /** Whether the cache explains itself to whoever knows its secret. */
  readonly explains: boolean
}

const EXPLAINS = 'With the SSR_CACHE_SECRET of this start in its environment, the doctor names the route too.'
const SAYS_LESS = 'Start with SSR_CACHE_SECRET=$(openssl rand -hex 24), and the doctor that has it too names the route.'

/** What to open, and what to try: printed when everything serves. */
export function guide({ shopUrl, apiUrl, apiPid, explains }: GuideOptions): string {
  const film = `${shopUrl}/movies/inception`
  const edit = `curl -sX PATCH ${apiUrl}/api/movies/2026 -H 'content-type: application/json' -d`
  const inHalfAMinute = `$(node -p 'new Date(Date.now() + 30000).toISOString()')`
  return `
  Storefront    ${shopUrl}
  Commerce API  ${apiUrl}/api/movies

  Every shared render prints a line below. Reload a page: no new line, because it is served as kept.

  1  Ask twice. The second answer is a hit: see cache-status, and what remains of the lifetime.
       curl -sI ${film} | grep -i '^cache'

  2  Edit a film. The next visitor gets the old page once more while it is rendered anew; the one after sees the edit.
       ${edit} '{"title":"Inception, restored"}'
       curl -s ${film} | grep -o '<title>[^<]*'

  3  Make an offer. A price is not shown once more when it is no longer true, and the page ends when the offer does.
       ${edit} '{"offer":{"priceCents":99,"endsAt":"'${inHalfAMinute}'"}}'

  4  Sign in. The account page is rendered for each visitor and kept nowhere; the other pages stay hits.
       curl -s -c cookies.txt -d name=Ada ${shopUrl}/login
       curl -si -b cookies.txt ${shopUrl}/account | grep -ioE '^cache.*|<h1>[^<]*'

  5  Ask why a preview is no hit. ${explains ? EXPLAINS : SAYS_LESS}
       npx --no ssr-cache doctor '${film}?preview=1'

  6  Stop the API. Pages that are kept go on; any other is an honest 503.
       kill ${apiPid}

  Ctrl-C stops everything.
`
}
