import type { HandlerInput, HandlerResponse } from '../engine/handler.ts'

/** What a render in a thread is given. */
export interface WorkerInput<Data = unknown> extends HandlerInput {
  /** What `page` or `send` was given for it, cloned. */
  readonly data: Data
}

/** The default export of a module that `workerRender` runs in threads. `pageContext()` says there what it says in the process. */
export type WorkerHandler<Data = unknown> = (input: WorkerInput<Data>) => HandlerResponse | Promise<HandlerResponse>
