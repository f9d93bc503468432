import { SESSION_COOKIES } from '../../packages/core/src/key/session-cookies.ts'
import { TRACKING_NAMES, TRACKING_PREFIX } from '../../packages/core/src/key/tracking-names.ts'
import { code } from './table.ts'

/** Cookies that make a request bypass unless the app names its own. */
export function sessionCookies(): string {
  return listed(SESSION_COOKIES)
}

/** Query parameters that are dropped. */
export function trackingNames(): string {
  return listed([`${TRACKING_PREFIX}*`, ...TRACKING_NAMES])
}

function listed(names: readonly string[]): string {
  return `${names.map(code).join(', ')}.`
}
