import { optionError } from '../errors.ts'
import { checkObject, refuseUnknown } from '../option-checks.ts'

/** Options of `cache.node`. */
export interface NodeOptions {
  /**
   * Whose X-Forwarded-Proto and X-Forwarded-Host tell scheme and host: `true` for whoever connects, or addresses and subnets of the proxies in front. The first
   * value of each counts, as in Express. Beside the app's own setting, which answers those that bypass.
   * @default false (the connection and the Host field tell)
   */
  readonly trustProxy?: boolean | readonly string[] | undefined
}

/** Wrong wiring is told when the app starts. */
export function checkNode(app: unknown, options: NodeOptions): void {
  if (typeof app !== 'function') {
    throw optionError('app', 'a function (req, res), such as an Express app', app, 'Write cache.node(app).')
  }
  checkObject('options', options)
  refuseUnknown('', options, ['trustProxy'])
}
