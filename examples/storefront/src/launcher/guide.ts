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

export interface FleetGuideOptions extends Omit<GuideOptions, 'explains'> {
  readonly redisUrl: string
  readonly nodes: readonly { readonly name: string; readonly port: number; readonly pid: number | undefined }[]
}

/** What to try with several processes: printed when everything serves. */
export function fleetGuide({ shopUrl, apiUrl, apiPid, redisUrl, nodes }: FleetGuideOptions): string {
  const film = `${shopUrl}/movies/inception`
  const edit = `curl -sX PATCH ${apiUrl}/api/movies/2026 -H 'content-type: application/json' -d`
  const processes = nodes
    .map(({ name, port, pid }) => `${name} is process ${pid} on port ${port}`)
    .join('\n                ')
  const victim = nodes.at(-1)?.pid
  return `
  Storefront    ${shopUrl}
  Commerce API  ${apiUrl}/api/movies
  Redis         ${redisUrl}
  Processes     ${processes}

  A line below says which process has rendered a page, and which has served it.

  1  Ask all of them at once for a page that nobody has. One renders it.
       for i in $(seq 20); do curl -s ${shopUrl}/movies/memento -o /dev/null & done; wait

  2  Edit a film. One process is told, and all of them know: the old page once more, and then the edit, whoever serves it.
       ${edit} '{"title":"Inception, restored"}'
       for i in $(seq 6); do curl -s ${film} | grep -o '<title>[^<]*'; sleep 1; done

  3  Kill a process while it serves. No visitor notices, and another one takes its place.
       (sleep 1; kill -9 ${victim}) & for i in $(seq 200); do curl -s -o /dev/null -w '%{http_code}\\n' ${film}; done | sort | uniq -c

  4  Stop the API. Pages that are kept go on; any other is an honest 503.
       kill ${apiPid}

  Ctrl-C stops everything.
`
}
