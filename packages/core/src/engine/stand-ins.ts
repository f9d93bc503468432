import { STATUS_CODES } from 'node:http'
import { type Field, fieldValue } from '../fields.ts'
import type { PageKey } from '../key/variant.ts'
import { FALLBACK_DEFAULTS, type FallbackSettings } from '../options/fallback-options.ts'
import type { VisitorRequest } from '../request.ts'
import { forwardedStatus } from '../rules/cache-status.ts'
import { FAILURE, PERSONAL } from '../rules/downstream.ts'
import { errorStatus } from '../rules/error-status.ts'
import type { Reason } from '../rules/reason.ts'
import type { Route } from '../rules/routes.ts'
import { asksForHtml, isReplaceable, problemDetail, type StandIn, standInFor } from '../rules/stand-in.ts'
import { mediaType } from '../rules/storable.ts'
import type { Now } from '../store/store.ts'
import { type PageAnswer, plainAnswer } from './answers.ts'
import type { FailureLog } from './failure-log.ts'
import type { UnkeptResponse } from './flight.ts'
import { ShellMaker, type ShellMakerParts } from './shell-maker.ts'

/** Whom a stand-in is for, and which page they asked for. */
export interface Asker {
  readonly visitor: VisitorRequest
  readonly page: PageKey
  readonly route: Pick<Route, 'name' | 'admission'>
}

/** What is said of a page that is not to be had. */
export interface Trouble {
  readonly status: number
  readonly reason: Reason
  /** The Cache-Status member to send. */
  readonly cacheStatus: string
}

/** What stand-ins are made from. */
export interface StandInParts extends ShellMakerParts {
  readonly fallback: FallbackSettings | undefined
}

/** Makes what goes out in place of a page: for one visitor each, and kept by nobody. */
export class StandIns {
  readonly #fallback: FallbackSettings | undefined
  readonly #retryAfter: Field
  readonly #shells: ShellMaker
  readonly #failures: Pick<FailureLog, 'tell'>

  constructor(parts: StandInParts) {
    const { fallback, failures } = parts
    this.#fallback = fallback
    this.#failures = failures
    this.#retryAfter = ['retry-after', String((fallback ?? FALLBACK_DEFAULTS).retryAfter)]
    this.#shells = new ShellMaker(parts)
  }

  /** In place of a page that nobody rendered, or not in time. */
  unserved(status: 502 | 503 | 504, reason: Reason, asker: Asker): Now<PageAnswer> {
    const kind = this.#kind(asker)
    const told = kind === 'shell' && status === 503 ? (this.#fallback?.status ?? status) : status
    return this.#standIn(
      kind,
      { status: told, reason, cacheStatus: forwardedStatus('miss', { detail: reason }) },
      asker,
    )
  }

  /** In place of a page that nobody is to render: the browser makes it, and nothing is wrong. Who takes no HTML is with the app. */
  unrendered(asker: Asker): Now<PageAnswer> {
    const cacheStatus = forwardedStatus('bypass', { detail: 'strategy' })
    return this.#standIn('shell', { status: 200, reason: 'strategy', cacheStatus }, asker)
  }

  /** In place of what a render threw; `undefined` where that is thrown on. Nobody else hears of it then. */
  thrown(error: unknown, cacheStatus: string, asker: Asker): Now<PageAnswer> | undefined {
    const status = errorStatus(error)
    const shell = status < 500 ? undefined : this.#ofError({ status, reason: 'thrown', cacheStatus }, asker)
    if (shell !== undefined) this.#failures.tell(error, { route: asker.route.name, url: asker.page.url.url })
    return shell
  }

  /** In place of an error that the app has answered; `undefined` where that goes out as it came. */
  failed({ status, fields }: UnkeptResponse, told: Omit<Trouble, 'status'>, asker: Asker): Now<PageAnswer> | undefined {
    const type = mediaType(fieldValue(fields, 'content-type'))
    return isReplaceable(status, type) ? this.#ofError({ status, ...told }, asker) : undefined
  }

  #ofError(trouble: Trouble, asker: Asker): Now<PageAnswer> | undefined {
    if (this.#fallback?.onError !== true) return undefined
    const kind = this.#kind(asker)
    return kind === 'shell' ? this.#shell(this.#fallback.shell, trouble, asker) : undefined
  }

  #kind({ visitor: { method, headers } }: Asker): StandIn {
    const reads = method === 'GET' || method === 'HEAD'
    return standInFor({ asksHtml: asksForHtml(headers), reads, hasShell: this.#fallback !== undefined })
  }

  #standIn(kind: StandIn, trouble: Trouble, asker: Asker): Now<PageAnswer> {
    switch (kind) {
      case 'shell':
        return this.#shell((this.#fallback as FallbackSettings).shell, trouble, asker) // without one there is no such kind, and no such strategy
      case 'problem':
        return this.#problem(trouble)
      case 'text':
        return this.#text(trouble)
    }
  }

  #shell(shell: FallbackSettings['shell'], trouble: Trouble, asker: Asker): Now<PageAnswer> {
    if (typeof shell !== 'function') return this.#shellAnswer(shell, trouble)
    return this.#shells.made(shell, asker).then((html) => {
      if (html !== undefined) return this.#shellAnswer(html, trouble)
      // A line of text is no page, whatever a shell would have been.
      return this.#text(trouble.status < 500 ? { ...trouble, status: 503 } : trouble)
    })
  }

  #shellAnswer(body: Uint8Array, trouble: Trouble): PageAnswer {
    // Whatever the status is: no search engine is to know a shell for the page.
    const fields: readonly Field[] = [
      ['content-type', 'text/html; charset=utf-8'],
      ['x-robots-tag', 'noindex'],
    ]
    return this.#answer(trouble, fields, body)
  }

  /** RFC 9457. */
  #problem(trouble: Trouble): PageAnswer {
    const { status, reason } = trouble
    const problem = { type: 'about:blank', title: STATUS_CODES[status], status, detail: problemDetail(reason) }
    return this.#answer(
      trouble,
      [['content-type', 'application/problem+json']],
      new TextEncoder().encode(JSON.stringify(problem)),
    )
  }

  #text({ status, reason }: Trouble): PageAnswer {
    // What an app throws may carry a status that has no name.
    return plainAnswer(status, STATUS_CODES[status] ?? 'Error', reason, this.#retry(status))
  }

  #retry(status: number): readonly Field[] {
    return status === 503 ? [this.#retryAfter] : []
  }

  #answer({ status, cacheStatus }: Trouble, own: readonly Field[], body: Uint8Array): PageAnswer {
    const fields: readonly Field[] = [
      ...own,
      ['x-content-type-options', 'nosniff'],
      ...this.#retry(status),
      ...(status < 300 ? PERSONAL : FAILURE),
      ['cache-status', cacheStatus],
    ]
    return { kind: 'answer', status, fields, body, shared: false, standsIn: true }
  }
}
