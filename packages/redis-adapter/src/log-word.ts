import type { LogTail } from '@ssr-cache/core/store'

/** What the log says beside a page: its news, nothing, or no word in time. */
export type Word = LogTail | 'unread' | undefined

/** How much longer than for the first page of a turn its reads wait for the log, which may be on another node of a cluster. */
const PATIENCE_MS = 20

/** A word of the log that is on its way, for all pages that are asked in one turn. */
export class AwaitedWord {
  readonly word: Promise<Word>
  #said: { readonly word: Word } | undefined
  #waiting: Promise<Word> | undefined

  /** `word` must not reject. */
  constructor(word: Promise<Word>) {
    this.word = word
    void word.then((said) => {
      this.#said = { word: said }
    })
  }

  /** Nothing is waited for where it has come. Where it has not, all pages of the turn wait together: it comes right behind those of the same server. */
  inTime(): Word | Promise<Word> {
    if (this.#said !== undefined) return this.#said.word
    this.#waiting ??= this.#wait()
    return this.#waiting
  }

  /** Two turns longer: what arrived while this process was busy is in time. */
  #wait(): Promise<Word> {
    const { promise, resolve } = Promise.withResolvers<Word>()
    const late = (): void => void setImmediate(() => setImmediate(resolve, 'unread'))
    const timer = setTimeout(late, PATIENCE_MS).unref()
    void this.word.then((said) => {
      clearTimeout(timer)
      resolve(said)
    })
    return promise
  }
}
