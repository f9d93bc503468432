import type { App, Express } from '../versions.ts'
import { type Begin, handleBy, onError } from './app.ts'
import type { Front } from './front.ts'
import type { Site } from './site.ts'
import type { Now, Timeline } from './timeline.ts'

/** Names the moment as of which the copy without a cache is to answer. */
export const MOMENT = 'x-moment'

/** What the copy without a cache is made from. */
interface BareParts<Data> {
  readonly site: Site<Data>
  readonly express: Express
  readonly front: Front
  readonly current: () => Timeline<Data>
}

/** The copy without a cache. It answers as of the moment that a request names. */
export function bareCopy<Data>(o: BareParts<Data>): App {
  const { site, express, front, current } = o
  const begin: Begin<Data> = (request) => {
    const now = current().moments[Number(request.headers[MOMENT])] as Now<Data> // the oracle names one
    return { now, worked: async () => {}, mark() {}, failed() {}, ended() {}, declined() {}, below: front.ownBelow }
  }
  const app = express()
  for (const middleware of site.above()) app.use(middleware)
  app.use((request, response, next) => {
    Object.assign(response.locals, site.context?.(request, response))
    next()
  })
  return app.use(site.router(express, handleBy(begin)), front.below, onError)
}
