import type { LogTail } from '@ssr-cache/core/store'

/** What the log says beside a page: its news, nothing, or no word in time. */
export type Word = LogTail | 'unread' | undefined

/** How much longer than for the page itself a read waits for the log, which may be on another node of a cluster. */
const PATIENCE_MS = 20

/** A word of the log that is on its way, for all pages that are asked in one turn. */
export class AwaitedWord {
  readonly word: Promise<Word>
  #said: { readonly word: Word } | undefined

  /** `word` must not reject. */
  constructor(word: Promise<Word>) {
    this.word = word
    void word.then((said) => {
      this.#said = { word: said }
    })
  }

  /** Nothing is waited for where it has come: beside the pages of one server, it has. */
  inTime(): Word | Promise<Word> {
    return this.#said === undefined ? this.#wait() : this.#said.word
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
