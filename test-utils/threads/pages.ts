// What the tests let threads render: one page, or one misfortune, for each path.
import { setTimeout as sleep } from 'node:timers/promises'
import { threadId } from 'node:worker_threads'
import type { HandlerResponse, WorkerInput } from '@ssr-cache/core'
import { pageContext } from '@ssr-cache/core/context'

type Pages = Readonly<Record<string, (input: WorkerInput) => HandlerResponse | Promise<HandlerResponse>>>

const pages: Pages = {
  '/': () => html('home'),
  '/thread': () => html(String(threadId)),
  '/asked': async ({ request, shared, previous, data }) => {
    const { method, url } = request
    const headers = Object.fromEntries(request.headers)
    return html(JSON.stringify({ method, url, headers, body: await request.text(), shared, previous, data }))
  },
  '/variant': () => html(JSON.stringify(pageContext()?.variant ?? null)),
  '/header': ({ request }) =>
    html(`language ${request.headers.get('accept-language')}, key ${request.headers.get('x-key')}`),
  '/said': () => {
    pageContext()?.tag('a', { class: 'movie', id: 7 }).maxAge(30).staleIfError(5)
    return html('said')
  },
  '/ends': ({ data }) => {
    pageContext()?.expiresAt(Number(data))
    return html('ends')
  },
  '/vouched': ({ previous }) => (previous === undefined ? html('rendered once') : new Response(null, { status: 304 })),
  '/private': () => {
    pageContext()?.private()
    return html('mine')
  },
  '/bytes': () => ({ status: 203, headers: { 'content-type': 'text/html', 'x-a': ['1', '2'] }, body: encode('bytes') }),
  '/stream': () => html(pieces(['one ', 'two ', 'three'])),
  '/slow-stream': ({ data }) => html(slowly(data as Int32Array)),
  '/late': ({ data }) => html(lateWords(data as Int32Array | undefined)),
  '/broken': ({ data }) => html(broken(data as Int32Array)),
  '/large': ({ data }) => html(counted(data as Int32Array)),
  '/text': () => html(new ReadableStream({ start: (controller) => controller.enqueue('text' as never) })),
  '/thrown': () => {
    throw Object.assign(new TypeError('no such page', { cause: new RangeError('inside') }), {
      status: 404,
      code: 'E_NONE',
    })
  },
  '/thrown-text': () => {
    throw 'just text'
  },
  '/nothing': () => undefined as never,
  '/busy': ({ data }) => {
    for (const until = Date.now() + Number(data); Date.now() < until; );
    return html('done')
  },
  '/sleep': async ({ data }) => {
    await sleep(Number(data))
    return html('slept')
  },
  '/heeds': async ({ signal, data }) => {
    const told = data as Int32Array
    Atomics.store(told, 0, 1)
    await sleep(60_000, undefined, { signal }).catch(() => Atomics.store(told, 0, 2))
    throw signal.reason
  },
  '/forever': ({ data }) => {
    if (data !== undefined) Atomics.store(data as Int32Array, 0, 1)
    for (;;);
  },
  '/exit': () => process.exit(3),
  '/dies-later': ({ data }) => {
    void goOn(data as Int32Array).then(() => process.exit(4))
    return html(slowly(new Int32Array(1)))
  },
  '/uncaught': () => {
    setImmediate(() => {
      throw new Error('nobody catches this')
    })
    return sleep(60_000, html('never'), { ref: false })
  },
  '/hungry': async () => {
    const all: unknown[] = []
    for (;;) {
      for (let i = 0; i < 10_000; i++) all.push({ i })
      await sleep(0)
    }
  },
}

export default function render(input: WorkerInput): HandlerResponse | Promise<HandlerResponse> {
  const page = pages[new URL(input.request.url).pathname]
  if (page === undefined) return new Response('nothing here', { status: 404, headers: { 'content-type': 'text/html' } })
  return page(input)
}

function html(body: ConstructorParameters<typeof Response>[0]): Response {
  return new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8' } })
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** All at once, in pieces. */
function pieces(texts: readonly string[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(encode(text))
      controller.close()
    },
  })
}

/** Goes on when the test has set what it is told by. */
function slowly(told: Int32Array): ReadableStream {
  return new ReadableStream({
    async pull(controller) {
      controller.enqueue(encode('first '))
      await goOn(told)
      controller.enqueue(encode('second'))
      controller.close()
    },
  })
}

async function goOn(told: Int32Array): Promise<void> {
  while (Atomics.load(told, 0) === 0) await sleep(5)
}

function lateWords(told: Int32Array = new Int32Array([1])): ReadableStream {
  const context = pageContext()
  context?.tag('early')
  return new ReadableStream({
    async pull(controller) {
      controller.enqueue(encode('early '))
      await sleep(1)
      await goOn(told)
      pageContext()?.tag('late').maxAge(7)
      controller.enqueue(encode('late'))
      controller.close()
    },
  })
}

function broken(told: Int32Array): ReadableStream {
  return new ReadableStream({
    async pull(controller) {
      controller.enqueue(encode('half a page'))
      await goOn(told)
      controller.error(new Error('broke in its middle'))
    },
  })
}

/** 64 MiB, counting the KiB that it has made; -1 where it was cancelled. */
function counted(made: Int32Array): ReadableStream {
  return new ReadableStream({
    async pull(controller) {
      controller.enqueue(new Uint8Array(64 * 1024))
      if (Atomics.add(made, 0, 64) + 64 === 64 * 1024) controller.close()
      await sleep(0)
    },
    cancel: () => void Atomics.store(made, 0, -1),
  })
}
