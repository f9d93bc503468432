// What the cache owes to visitors who come one after another, as plainly as it can be written: a Map and a loop, no index, no log, no lease.

/** How a render behaves. */
export type Behaviour = 'page' | 'not-found' | 'private' | 'empty' | 'throw' | 'error'

/** A page as the model keeps it; instants are epoch milliseconds. */
interface ModelPage {
  readonly body: string
  readonly tags: readonly string[]
  readonly freshUntil: number
  readonly staleUntil: number
  readonly errorUntil: number
  /** The first invalidation that named it. */
  readonly staleAt: number | undefined
}

/** What a visitor is owed. */
export interface Owed {
  /** The body; `undefined` where the app's error is all there is. */
  readonly body: string | undefined
  /** Seconds that a shared cache downstream may keep it; `undefined` where nobody may. */
  readonly sharedMaxAge: number | undefined
  /** Renders that this request brings about, in front or behind. */
  readonly renders: 0 | 1
}

/** Lifetimes of the model's pages, in milliseconds. */
export const LIFE = {
  fresh: 60_000,
  stale: 120_000,
  error: 300_000,
  notFound: 10_000,
  grace: 10_000,
  mark: 120_000,
} as const

type State = 'fresh' | 'stale' | 'error' | 'marked' | 'none'

export class NaiveModel {
  now = 0
  /** The store answers nothing and takes nothing. */
  storeIsDown = false
  renders = 0
  readonly #pages = new Map<string, ModelPage>()
  readonly #marks = new Map<string, number>()
  readonly #failures = new Map<string, { count: number; until: number }>()

  /** Names the page that the next render of `path` gives. */
  bodyOf(path: string): string {
    return `${path} #${this.renders + 1}`
  }

  request(path: string, behaviour: Behaviour): Owed {
    const page = this.#pages.get(path)
    const state = this.#state(path)
    const resting = (this.#failures.get(path)?.until ?? 0) > this.now
    if (page !== undefined && state === 'fresh') return kept(page, Math.floor((page.freshUntil - this.now) / 1000), 0)
    if (page !== undefined && (state === 'stale' || state === 'error') && resting)
      return kept(page, this.#restSeconds(path, page), 0)
    if (page !== undefined && state === 'stale') {
      this.#render(path, behaviour, state)
      return kept(page, this.#secondsUntil(Math.min(this.now + LIFE.grace, page.errorUntil)), 1)
    }
    return this.#inFront(path, behaviour, state, page)
  }

  #inFront(path: string, behaviour: Behaviour, state: State, page: ModelPage | undefined): Owed {
    const body = this.bodyOf(path)
    this.#render(path, behaviour, state)
    const standsIn = state === 'error' && (behaviour === 'throw' || behaviour === 'error' || behaviour === 'empty')
    if (standsIn && page !== undefined) return kept(page, this.#restSeconds(path, page), 1)
    if (behaviour === 'throw' || behaviour === 'error') return { body: undefined, sharedMaxAge: undefined, renders: 1 }
    if (behaviour === 'private') return { body, sharedMaxAge: undefined, renders: 1 }
    if (behaviour === 'empty') return { body: '', sharedMaxAge: undefined, renders: 1 }
    return { body, sharedMaxAge: (behaviour === 'page' ? LIFE.fresh : LIFE.notFound) / 1000, renders: 1 }
  }

  #state(path: string): State {
    if (this.storeIsDown) return 'none'
    const page = this.#pages.get(path)
    if (page === undefined) return this.now < (this.#marks.get(path) ?? 0) ? 'marked' : 'none'
    if (page.staleAt === undefined && this.now < page.freshUntil) return 'fresh'
    const earlier = page.staleAt === undefined ? 0 : Math.max(0, page.freshUntil - page.staleAt)
    if (this.now < page.staleUntil - earlier) return 'stale'
    return this.now < page.errorUntil - earlier ? 'error' : 'none'
  }

  #render(path: string, behaviour: Behaviour, state: State): void {
    const body = this.bodyOf(path)
    this.renders++
    const hasPage = state === 'stale' || state === 'error'
    const failed = behaviour === 'throw' || behaviour === 'error' || (behaviour === 'empty' && hasPage)
    const isPage = behaviour === 'page' || behaviour === 'not-found'
    if (isPage && !this.storeIsDown) this.#keep(path, body, behaviour)
    else if (isPage || failed || state === 'stale') this.#fail(path)
    else if (!this.storeIsDown) this.#mark(path, state)
  }

  #mark(path: string, state: State): void {
    if (state === 'error' || this.#isGone(path)) this.#pages.delete(path)
    if (state !== 'marked') this.#marks.set(path, this.now + LIFE.mark)
  }

  /** A page that is past every window, whether or not it was swept. */
  #isGone(path: string): boolean {
    return this.#pages.has(path) && this.#state(path) === 'none'
  }

  #keep(path: string, body: string, behaviour: 'page' | 'not-found'): void {
    const isPage = behaviour === 'page'
    const freshUntil = this.now + (isPage ? LIFE.fresh : LIFE.notFound)
    this.#pages.set(path, {
      body,
      tags: tagsOf(path),
      freshUntil,
      staleUntil: freshUntil + (isPage ? LIFE.stale : 0),
      errorUntil: freshUntil + (isPage ? LIFE.error : 0),
      staleAt: undefined,
    })
    this.#marks.delete(path)
    this.#failures.delete(path)
  }

  #fail(path: string): void {
    const count = (this.#failures.get(path)?.count ?? 0) + 1
    this.#failures.set(path, { count, until: this.now + Math.min(30_000, 3_000 * 2 ** (count - 1)) })
  }

  /** What is told of a page never reaches beyond its end. */
  #restSeconds(path: string, page: ModelPage): number {
    return this.#secondsUntil(Math.min(this.#failures.get(path)?.until ?? 0, page.errorUntil))
  }

  #secondsUntil(instant: number): number {
    return Math.max(1, Math.floor((instant - this.now) / 1000))
  }

  invalidate(names: (path: string, tags: readonly string[]) => boolean): void {
    for (const [path, page] of this.#pages) {
      if (names(path, page.tags)) this.#pages.set(path, { ...page, staleAt: page.staleAt ?? this.now })
    }
  }

  purge(names: (path: string, tags: readonly string[]) => boolean): void {
    for (const [path, page] of this.#pages) if (names(path, page.tags)) this.#pages.delete(path)
  }
}

function kept({ body }: ModelPage, sharedMaxAge: number, renders: 0 | 1): Owed {
  return { body, sharedMaxAge: Math.max(1, sharedMaxAge), renders }
}

/** Tags of a page of the model: its section, and itself. */
export function tagsOf(path: string): readonly string[] {
  return [`section:${path.split('/')[1]}`, `page:${path}`]
}
