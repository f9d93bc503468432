/** A request as an app of any kind sees it. */
export interface Seen {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly host: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Bytes of the request's body, counted as they come. */
  readonly bodyBytes: () => Promise<number>
}

/** What an app of any kind answers. */
export interface Answer {
  readonly status?: number
  readonly fields?: readonly (readonly [name: string, value: string])[]
  readonly body?: string | AsyncIterable<string>
}

/** An app, whatever it is written with. */
export type App = (seen: Seen) => Answer | Promise<Answer>

const HTML = ['content-type', 'text/html; charset=utf-8'] as const

/** A page of HTML. */
export function html(body: NonNullable<Answer['body']>, ...fields: NonNullable<Answer['fields']>): Answer {
  return { fields: [HTML, ...fields], body }
}
