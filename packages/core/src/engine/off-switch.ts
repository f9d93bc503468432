import { hotReloadServer } from '../options/hot-reload.ts'
import type { Logger } from './logger.ts'

/** Whether each visitor's page is rendered anew and kept by nobody. */
export type OffSwitch = () => boolean

/** `undefined` where pages are kept whatever comes: nothing is then asked at a request. */
export function offSwitch(enabled: boolean | undefined, logger: Logger): OffSwitch | undefined {
  if (enabled === false) return () => true
  if (enabled === true || process.env['NODE_ENV'] === 'production') return undefined
  return underHotReload(logger)
}

/** Asked again until the answer is yes: a dev server may be started after the cache was made. */
function underHotReload(logger: Logger): OffSwitch {
  let isOff = false
  return () => {
    if (isOff) return true
    const server = hotReloadServer()
    if (server === undefined) return false
    isOff = true
    logger.warn(
      { server },
      `the render cache is off: ${server} reloads modules in this process, and a kept page would hide an edit. Write enabled: true to keep pages all the same.`,
    )
    return true
  }
}
