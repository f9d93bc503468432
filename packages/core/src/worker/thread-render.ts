import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { systemClock, type Timer } from '../clock.ts'
import { brokenRender } from '../engine/broken-render.ts'
import type { Body } from '../engine/plan.ts'
import { ArrivingBody } from './arriving-body.ts'
import { crossed, crossing } from './crossing-error.ts'
import { LOAD_MS } from './load-ms.ts'
import { type ReadsOutside, readAgain } from './reads.ts'
import type { FromThread, OfRender, SentHead, ThreadTask, ToThread } from './thread-messages.ts'
import { type PageOutside, takeOver } from './told.ts'

/** What came out of a thread. */
export interface ThreadAnswer extends SentHead {
  readonly body: Body
}

/** One render, and what it needs outside. */
export interface ThreadRenderOptions {
  readonly task: Omit<ThreadTask, 'port'>
  /** Of a shared render. */
  readonly page: PageOutside | undefined
  /** Where what it reads is noticed, in development. */
  readonly reads: ReadsOutside | undefined
  /** Runs it in a thread of its own. Settles when the thread is free; `kill` ends the thread. */
  readonly run: (task: ThreadTask, transfer: readonly object[], kill: AbortSignal) => Promise<unknown>
  /** Aborted, the render has `graceMs` to end by itself, from when it has begun. */
  readonly signal: AbortSignal
  readonly graceMs: number
}

/** One render in a thread, seen from outside. */
export class ThreadRender {
  /** Its head, with the body as it comes. Rejects with what it threw, and with the reason of an abort: then not before its thread is free, or has had its time and still loads the file. */
  readonly answer: Promise<ThreadAnswer>
  /** Its thread is free, or gone; never rejects. */
  readonly ended: Promise<void>
  readonly #o: ThreadRenderOptions
  readonly #port: MessagePort
  readonly #body: ArrivingBody
  readonly #kill = new AbortController()
  readonly #settle: Pick<PromiseWithResolvers<ThreadAnswer>, 'resolve' | 'reject'>
  /** Why it was asked to end. */
  #stopped: { readonly reason: unknown } | undefined
  /** Ends it, or its thread. */
  #timer: Timer | undefined
  /** Its thread has loaded the file. */
  #hasBegun = false
  /** All of it is there, or it has failed: nothing more is heard of it. */
  #isOver = false

  constructor(options: ThreadRenderOptions) {
    const { promise, ...settle } = Promise.withResolvers<ThreadAnswer>()
    this.answer = promise
    this.#settle = settle
    this.#o = options
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#body = new ArrivingBody({
      taken: (bytes) => this.#send({ kind: 'taken', bytes }),
      left: () => this.#stop(brokenRender('was left by its reader')),
    })
    port1.on('message', (message: FromThread) => this.#hear(message))
    // It is the thread that is waited for, and not this.
    port1.unref()
    this.ended = this.#run(port2)
  }

  async #run(port: MessagePort): Promise<void> {
    const { task, run, signal } = this.#o
    const { body } = task.request
    const abort = (): void => this.#stop(signal.reason)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    const kill = this.#kill.signal
    try {
      // Its thread may not have started yet, and never will.
      await Promise.race([run({ ...task, port }, body === null ? [port] : [port, body], kill), killedBy(kill)])
      this.#finish(() => brokenRender('ended without an answer'))
    } catch (error) {
      this.#finish(() => error)
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** The thread is free, or gone: what it has sent is here, and nothing more will come. Mostly that is all of it, and there is no failure to be made. */
  #finish(failure: () => unknown): void {
    this.#cancel()
    for (let sent = receiveMessageOnPort(this.#port); sent !== undefined; sent = receiveMessageOnPort(this.#port))
      this.#hear(sent.message)
    if (!this.#isOver) this.#fail(failure())
    this.#port.close()
  }

  #hear(message: FromThread): void {
    if (message.kind === 'begun') this.#begin()
    else this.#hearRender(message)
  }

  #begin(): void {
    this.#hasBegun = true
    if (this.#stopped !== undefined) this.#killAfter(this.#o.graceMs, this.#stopped.reason)
  }

  #hearRender(message: OfRender): void {
    if (this.#isOver || this.#stopped !== undefined) return
    try {
      this.#note(message)
    } catch (error) {
      this.#stop(error)
      return
    }
    this.#take(message)
  }

  /** What it has said of its page, and read, before what came with it. */
  #note(message: OfRender): void {
    const { page, reads } = this.#o
    if (message.told !== undefined && page !== undefined && !page.around.isOver) takeOver(message.told, page)
    if ('reads' in message && message.reads !== undefined && reads !== undefined) readAgain(message.reads, reads)
  }

  #take(message: OfRender): void {
    switch (message.kind) {
      case 'head': {
        const { status, fields } = message
        this.#settle.resolve({ status, fields, body: this.#body.body })
        return
      }
      case 'piece':
        this.#body.add(message.bytes)
        return
      case 'end':
        this.#isOver = true
        this.#body.end()
        return
      case 'whole': {
        const { status, fields, body } = message
        this.#isOver = true
        this.#settle.resolve({ status, fields, body })
        return
      }
      case 'thrown':
        this.#fail(crossed(message.error))
    }
  }

  #fail(error: unknown): void {
    const failure = this.#stopped === undefined ? error : this.#stopped.reason
    this.#isOver = true
    this.#settle.reject(failure)
    this.#body.break(failure)
  }

  /** Asks it to end, and sees to it that it does. What it still says is of no interest: it counts as failed when its thread is free. */
  #stop(reason: unknown): void {
    if (this.#stopped !== undefined || this.#isOver) return
    this.#stopped = { reason }
    this.#body.break(reason)
    this.#send({ kind: 'abort', reason: crossing(reason) })
    const { graceMs } = this.#o
    if (this.#hasBegun) this.#killAfter(graceMs, reason)
    else this.#timer = systemClock.schedule(graceMs, () => this.#leaveLoading(reason))
  }

  /** It has failed; its thread goes on to load the file, for whoever comes next, who would have to load it from the beginning. */
  #leaveLoading(reason: unknown): void {
    this.#fail(reason)
    this.#killAfter(LOAD_MS, reason)
  }

  #killAfter(ms: number, reason: unknown): void {
    this.#cancel()
    this.#timer = systemClock.schedule(ms, () => this.#kill.abort(reason))
  }

  #cancel(): void {
    if (this.#timer !== undefined) systemClock.cancel(this.#timer)
  }

  #send(message: ToThread): void {
    this.#port.postMessage(message)
  }
}

function killedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}
