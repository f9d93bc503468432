// What runs in each thread of `workerRender`: a file of its own, by whose path the pool starts them.
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { createPageContext, runWithPageContext } from '../context/page-context.ts'
import { checkedChunk } from '../engine/checked-chunk.ts'
import { rendered } from '../engine/handler.ts'
import { optionError, SsrCacheError } from '../errors.ts'
import { watchedRequest } from '../key-coverage/watched-request.ts'
import { type Crossed, crossed, crossing } from './crossing-error.ts'
import { Delivery } from './delivery.ts'
import { ReadNames } from './reads.ts'
import type { FromThread, SentRequest, ThreadSettings, ThreadTask, ToThread } from './thread-messages.ts'
import { Teller } from './told.ts'
import type { WorkerHandler } from './worker-handler.ts'

const { file } = workerData as ThreadSettings // given by ThreadPool
let loading: Promise<WorkerHandler> | undefined

/** Loads the module, and renders where there is something to render; what goes wrong is told through the task's port, or given back. */
export default async function inThread(task: ThreadTask | undefined): Promise<Crossed | undefined> {
  // Not before somebody asks: a module that ends its thread would do so again and again, in each thread that takes the place of the one before.
  loading ??= load()
  if (task !== undefined) return render(task)
  return loading.then(
    () => undefined,
    (error: unknown) => crossing(error),
  )
}

async function load(): Promise<WorkerHandler> {
  const { default: exported } = await (import(file) as Promise<{ default?: unknown }>).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `the file of workerRender must be a module that can be loaded, and ${file} failed: ${why}. Run it by itself to see where.`
    throw new SsrCacheError('ERR_SSR_CACHE_OPTION', message, { cause })
  })
  // CommonJS that was made of an ES module has its own `default` inside.
  const handler = typeof exported === 'function' ? exported : (exported as { default?: unknown } | undefined)?.default
  if (typeof handler === 'function') return handler as WorkerHandler // what it gives is looked at
  throw optionError(
    file,
    'a module with a function as default export',
    handler,
    'Write export default ({ request }) => ….',
  )
}

async function render(task: ThreadTask): Promise<undefined> {
  const { port, page } = task
  const reads = page?.isWatched === true ? new ReadNames() : undefined
  const variant = Object.freeze({ ...page?.variant })
  const { context, notes, end } = createPageContext(reads?.watchVariant(variant) ?? variant, page?.id, page?.previous)
  const delivery = new Delivery({ port, teller: new Teller(notes), reads })
  const controller = new AbortController()
  const hear = (message: ToThread): void => {
    if (message.kind === 'abort') controller.abort(crossed(message.reason))
    else delivery.taken(message.bytes)
  }
  port.on('message', hear)
  const answer = async (): Promise<void> => {
    const handler = await loading! // set by whoever calls
    begin(port, hear)
    controller.signal.throwIfAborted()
    await deliver(task, handler, { delivery, reads, signal: controller.signal })
  }
  try {
    await (page === undefined ? answer() : runWithPageContext(context, answer))
    delivery.end()
  } catch (error) {
    delivery.fail(error)
  } finally {
    end()
    port.close()
  }
}

/** What came while the file was loaded is heard first: nothing else could be done meanwhile, and a render that nobody wants any more must not begin. */
function begin(port: MessagePort, hear: (message: ToThread) => void): void {
  for (let sent = receiveMessageOnPort(port); sent !== undefined; sent = receiveMessageOnPort(port)) hear(sent.message)
  port.postMessage({ kind: 'begun' } satisfies FromThread)
}

interface Under {
  readonly delivery: Delivery
  readonly reads: ReadNames | undefined
  readonly signal: AbortSignal
}

/** Everything but the end. */
async function deliver(
  { request, page, data }: ThreadTask,
  handler: WorkerHandler,
  { delivery, reads, signal }: Under,
): Promise<void> {
  const asked = requestOf(request, signal)
  const given = await handler({
    request: reads === undefined ? asked : watchedRequest(asked, reads.watch),
    shared: page !== undefined,
    previous: page?.previous,
    signal,
    data,
  })
  const { status, fields, body } = rendered(given)
  signal.throwIfAborted()
  if (body instanceof Uint8Array) {
    delivery.put({ status, fields }, body)
    return
  }
  delivery.begin({ status, fields })
  await deliverBody(body, delivery, signal)
}

/** As it comes, until it ends or nobody wants it any more. */
async function deliverBody(body: AsyncIterable<unknown>, delivery: Delivery, signal: AbortSignal): Promise<void> {
  const pieces = body[Symbol.asyncIterator]()
  const leave = (): void => {
    delivery.leave()
    pieces.return?.().catch(() => {})
  }
  signal.addEventListener('abort', leave)
  if (signal.aborted) leave()
  for (let step = await pieces.next(); step.done !== true; step = await pieces.next()) {
    await delivery.piece(checkedChunk(step.value))
    signal.throwIfAborted()
  }
  signal.throwIfAborted()
}

function requestOf({ method, url, headers, body }: SentRequest, signal: AbortSignal): Request {
  const init = { method, headers: headers.map(([name, value]): [string, string] => [name, value]), signal }
  return new Request(url, body === null ? init : { ...init, body, duplex: 'half' })
}
