import { hotReloadServer } from '../options/hot-reload.ts'
import type { Logger } from './logger.ts'

/** Whether each visitor's page is rendered anew and kept by nobody. */
export type OffSwitch = () => boolean

/** `undefined` where pages are kept whatever comes: nothing is then asked at a request. */
export function offSwitch(
  enabled: boolean | undefined,
  logger: Logger,
  server: () => string | undefined = hotReloadServer,
): OffSwitch | undefined {
  if (enabled === false) return () => true
  if (enabled === true || process.env['NODE_ENV'] === 'production') return undefined
  return underHotReload(logger, server)
}

/**
 * A dev server may be started after the cache was made, so one no is not the last. But looking may take half a millisecond, and NODE_ENV may be unset in production:
 * it is looked at the first request, the second, the fourth, the eighth and so on, until the answer is yes.
 */
function underHotReload(logger: Logger, findServer: () => string | undefined): OffSwitch {
  let isOff = false
  let requests = 0
  let nextLook = 1
  return () => {
    if (isOff) return true
    requests += 1
    if (requests < nextLook) return false
    nextLook = requests * 2
    const server = findServer()
    if (server === undefined) return false
    isOff = true
    logger.warn(
      { server },
      `the render cache is off: ${server} reloads modules in this process, and a kept page would hide an edit. Write enabled: true to keep pages all the same.`,
    )
    return true
  }
}
