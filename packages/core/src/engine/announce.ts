import type { Settings } from '../options/settings.ts'
import type { ShortLives } from '../rules/short-life.ts'
import type { Events } from './events.ts'
import { type FailureLog, isOwnFinding } from './failure-log.ts'
import type { Logger } from './logger.ts'

// The same news again within this many is not logged: an event still says each.
const MOST_REMEMBERED = 1_000

/** What an engineer on call must know without having asked: at the start, and when pages cannot be shared or fail unseen. */
export function announce(settings: Settings, logger: Logger, events: Events, failures: FailureLog): void {
  announceStart(settings, logger)
  const once = onlyOnce()
  events.on('unshareable', ({ route, reason, culprit, url }) => {
    if (!LOUD.has(reason) || !once(`${route} ${reason} ${culprit}`)) return
    logger.warn(
      { route, reason, culprit, url },
      `pages of this route cannot be shared (${reason}); it makes hits impossible`,
    )
  })
  events.on('failure', ({ route, url, error, background, streamed }) => {
    if (streamed) failures.cutOff(error, { route, url })
    else if (background) logger.error({ route, url, error }, 'a refresh failed; what is kept stays')
    else if (isOwnFinding(error)) failures.tell(error, { route, url })
  })
  events.on('short-lives', (short) => logger.warn(short, adviceOnLives(short)))
  events.on('written-off', ({ route, url, isHeld }) => {
    if (!once(`written off ${route} ${isHeld}`)) return
    const tell = isHeld ? logger.error : logger.warn
    tell.call(logger, { route, url }, isHeld ? HELD : WRITTEN_OFF)
  })
}

const WRITTEN_OFF =
  'a render goes on although its signal was aborted, and its place was given to another: hand the signal on to what it waits for'
const HELD =
  'a render goes on although its signal was aborted, and too many others do: its place stays taken (admission.writeOffLimit)'

function adviceOnLives({ livedMs, meantMs, maxAge }: ShortLives): string {
  return `pages of this route lived ${seconds(livedMs)} s on average until they were invalidated, of the ${seconds(meantMs)} s that they were meant to. With a maxAge of ${maxAge} and no invalidation they are rendered no more often, and caches in front may keep them meanwhile.`
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}

/** Reasons that are a mistake in the app or in the options, and not a page's own nature. */
const LOUD: ReadonlySet<string> = new Set([
  'set-cookie',
  'vary',
  'nonce',
  'too-large',
  'too-many-tags',
  'content-encoding',
])

function announceStart({ hosts, downstream, bypassNames, freshness, routes }: Settings, logger: Logger): void {
  if (hosts === undefined && process.env['NODE_ENV'] === 'production') {
    logger.warn({}, 'no "hosts" are named: any Host header makes pages of its own. Name the hosts of this site.')
  }
  // Where the app's own fields decide everywhere, they say to caches in front what they say here.
  if (freshness === 'origin' && routes.every((route) => route.freshness !== 'policy')) return
  const { cookies, query } = bypassNames
  logger.info(
    { cdn: downstream.cdn, cookies, query },
    'a cache in front must bypass on the same cookies and parameters, and on Authorization',
  )
}

function onlyOnce(): (what: string) => boolean {
  const said = new Set<string>()
  return (what) => {
    if (said.has(what)) return false
    if (said.size < MOST_REMEMBERED) said.add(what)
    return true
  }
}
