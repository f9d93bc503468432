import type { PageContext, PageNotes, Surroundings } from '../context/page-context.ts'

/** What a render in a thread has said of its page. */
export interface Told extends Pick<PageNotes, 'isPrivate' | 'said' | 'limits'> {
  /** Those that were not told before. */
  readonly tags: readonly string[]
  /** Where it was not told before. */
  readonly generation: PageNotes['generation']
}

/** A page that is rendered in a thread, as it is known outside. */
export interface PageOutside {
  readonly context: PageContext
  readonly around: Surroundings
}

/** Puts on the page outside what was said of it in a thread. Throws where that comes too late: with `stream: 'shared'`. */
export function takeOver({ tags, limits, generation, isPrivate, said }: Told, { context, around }: PageOutside): void {
  around.inherit({ tags, limits, generation }, 'pageContext() in a thread')
  if (isPrivate) context.private()
  if (said.maxAge !== undefined) context.maxAge(said.maxAge)
  if (said.staleWhileRevalidate !== undefined) context.staleWhileRevalidate(said.staleWhileRevalidate)
  if (said.staleIfError !== undefined) context.staleIfError(said.staleIfError)
  if (said.expiresAt !== undefined) context.expiresAt(said.expiresAt)
}

/** Tells the notes of one render, bit by bit. */
export class Teller {
  readonly #notes: PageNotes
  #tags = 0
  #told: string
  #generation: PageNotes['generation']

  constructor(notes: PageNotes) {
    this.#notes = notes
    this.#told = this.#state()
  }

  /** What has been said since this was asked last; `undefined` where nothing has. */
  news(): Told | undefined {
    const { tags, isPrivate, said, limits, generation } = this.#notes
    const state = this.#state()
    if (tags.size === this.#tags && state === this.#told) return undefined
    // A set keeps the order in which its values came.
    const news = [...tags].slice(this.#tags)
    const isNewGeneration = generation !== this.#generation
    this.#tags = tags.size
    this.#told = state
    this.#generation = generation
    return { tags: news, isPrivate, said: { ...said }, limits, generation: isNewGeneration ? generation : undefined }
  }

  #state(): string {
    const { isPrivate, said, limits, generation } = this.#notes
    return JSON.stringify([isPrivate, said, limits, generation])
  }
}
