import type { MessagePort } from 'node:worker_threads'
import { crossing } from './crossing-error.ts'
import type { Reads } from './reads.ts'
import { type OfRender, type SentHead, WINDOW_BYTES } from './thread-messages.ts'
import type { Teller } from './told.ts'

/** What is delivered beside the answer. */
export interface DeliveryOptions {
  readonly port: MessagePort
  readonly teller: Teller
  readonly reads: Reads | undefined
}

/**
 * Sends one answer out of its thread. What comes in one turn of the event loop goes in one message; what is on its way and was not read stays within
 * `WINDOW_BYTES`.
 */
export class Delivery {
  readonly #o: DeliveryOptions
  /** Until it was sent. */
  #head: SentHead | undefined
  #held: Uint8Array<ArrayBuffer>[] = []
  #heldBytes = 0
  #onTheWay = 0
  #isLeft = false
  #turn: NodeJS.Immediate | undefined
  #room: PromiseWithResolvers<void> | undefined

  constructor(options: DeliveryOptions) {
    this.#o = options
  }

  /** A whole answer, which `end` sends. */
  put(head: SentHead, body: Uint8Array): void {
    this.#head = head
    this.#hold(body)
  }

  /** The answer begins; the body follows. */
  begin(head: SentHead): void {
    this.#head = head
    this.#turn = setImmediate(() => this.#flush())
  }

  /** A piece of its body. Resolves when there is room for more. */
  async piece(bytes: Uint8Array): Promise<void> {
    this.#hold(bytes)
    if (this.#heldBytes >= WINDOW_BYTES) this.#flush()
    else this.#turn ??= setImmediate(() => this.#flush())
    while (this.#onTheWay >= WINDOW_BYTES && !this.#isLeft) {
      this.#room ??= Promise.withResolvers()
      await this.#room.promise
    }
  }

  /** So many bytes were read. */
  taken(bytes: number): void {
    this.#onTheWay -= bytes
    this.#makeRoom()
  }

  /** Nobody reads any more: whoever waits for room goes on. */
  leave(): void {
    this.#isLeft = true
    this.#makeRoom()
  }

  #makeRoom(): void {
    this.#room?.resolve()
    this.#room = undefined
  }

  /** It was all. */
  end(): void {
    const head = this.#head
    clearImmediate(this.#turn)
    if (head === undefined) {
      this.#flush()
      this.#post({ kind: 'end', reads: this.#o.reads })
      return
    }
    const body = this.#release()
    this.#post({ kind: 'whole', ...head, body, reads: this.#o.reads }, [body.buffer])
  }

  /** It failed, or broke off. */
  fail(error: unknown): void {
    clearImmediate(this.#turn)
    this.#post({ kind: 'thrown', error: crossing(error), reads: this.#o.reads })
  }

  /** A copy: its writer may use the buffer again. */
  #hold(bytes: Uint8Array): void {
    this.#held.push(new Uint8Array(bytes))
    this.#heldBytes += bytes.length
  }

  #flush(): void {
    clearImmediate(this.#turn)
    this.#turn = undefined
    const head = this.#head
    this.#head = undefined
    if (head !== undefined) this.#post({ kind: 'head', ...head })
    if (this.#heldBytes === 0) return
    const bytes = this.#release()
    this.#onTheWay += bytes.length
    this.#post({ kind: 'piece', bytes }, [bytes.buffer])
  }

  #release(): Uint8Array<ArrayBuffer> {
    const bytes = joined(this.#held, this.#heldBytes)
    this.#held = []
    this.#heldBytes = 0
    return bytes
  }

  #post(message: Untold, transfer: readonly ArrayBuffer[] = []): void {
    this.#o.port.postMessage({ ...message, told: this.#o.teller.news() }, transfer)
  }
}

type WithoutTold<Message> = Message extends OfRender ? Omit<Message, 'told'> : never
type Untold = WithoutTold<OfRender>

function joined(pieces: readonly Uint8Array<ArrayBuffer>[], length: number): Uint8Array<ArrayBuffer> {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return only
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
