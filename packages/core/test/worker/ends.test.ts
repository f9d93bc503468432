import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createRenderCache, type WorkerRender } from '@ssr-cache/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { serve } from '../../../../test-utils/serve.ts'
import { logged, SOURCES, said, threads, word } from '../../../../test-utils/threads/threads.ts'

function asked(path: string, signal?: AbortSignal): Request {
  return new Request(`https://shop.example${path}`, { headers: { accept: 'text/html' }, signal: signal ?? null })
}

const textOf = async (answer: Promise<Response>): Promise<string> => (await answer).text()
const threadOf = (render: WorkerRender): Promise<string> => textOf(render(asked('/thread')))

describe('an abort', () => {
  test('is told to the render, which keeps its thread if it ends by itself (O: deadlines)', async () => {
    const render = threads({ graceMs: 10_000 })
    const thread = await threadOf(render)
    const told = word()
    const visit = new AbortController()
    const answer = render.page(asked('/heeds', visit.signal), told)
    await said(told, 1)
    visit.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
    expect(Atomics.load(told, 0)).toBe(2)
    expect(await threadOf(render)).toBe(thread)
  })

  test('ends a render that never yields, with its thread; others go on unharmed, and the next has a new one', async () => {
    const render = threads({ threads: 2, graceMs: 50 })
    const told = word()
    const visit = new AbortController()
    const stuck = render.page(asked('/forever', visit.signal), told)
    await said(told, 1)
    const busy = textOf(render.page(asked('/busy'), 600))
    visit.abort(new Error('enough'))
    await expect(stuck).rejects.toThrow('enough')
    expect(await busy).toBe('done')
    const next = await Promise.all([threadOf(render), threadOf(render)])
    expect(next.map(Number).every((thread) => thread > 0)).toBe(true)
  })

  test('past admission.deadlineMs ends the render, too, and the page has failed with the deadline (C4, I8)', async () => {
    const render = threads({ graceMs: 50 })
    await render.ready
    const cache = createRenderCache({ admission: { timeoutMs: 50, deadlineMs: 100 }, logger: logged().logger })
    const failure = once(cache.events, 'failure')
    expect((await cache.handle(asked('/forever'), render)).status).toBe(503)
    expect(await failure).toEqual([
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_SSR_CACHE_DEADLINE' }) }),
    ])
    expect(await textOf(render(asked('/')))).toBe('home')
  })

  test('of one who waits for a thread lets the others go on', async () => {
    const render = threads()
    await render.ready
    const first = textOf(render.page(asked('/busy'), 300))
    const visit = new AbortController()
    const second = render(asked('/', visit.signal))
    const third = textOf(render(asked('/')))
    await vi.waitFor(() => expect(render.stats()).toEqual({ running: 1, queued: 2 }))
    visit.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    expect(await Promise.all([first, third])).toEqual(['done', 'home'])
  })

  test('of one who is given a thread in the same turn leaves that thread to the next', async () => {
    const render = threads({ deadlineMs: 3_000 })
    await render.ready
    const visit = new AbortController()
    const { signal } = new AbortController()
    // Called when the render has ended, and its thread is the next one's.
    signal.removeEventListener = () => visit.abort(new Error('enough'))
    const first = render.page({ request: asked('/busy'), shared: false, previous: undefined, signal }, 50)
    const second = expect(render(asked('/', visit.signal))).rejects.toThrow('enough')
    expect((await first).status).toBe(200)
    await second
    expect(await textOf(render(asked('/')))).toBe('home')
  })

  test('is waited for on a connection for as long as the render: twenty over one leave no listener behind', async () => {
    const render = threads()
    const listeners: number[] = []
    await using site = await serve((request, response) => {
      listeners.push(request.socket.listenerCount('close'))
      void render.send(request, response)
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    for (let i = 0; i < 20; i++) {
      const [answer] = await once(get({ agent, port: site.port, path: '/' }), 'response')
      expect(await text(answer)).toBe('home')
      await vi.waitFor(() => expect(render.stats().running).toBe(0))
    }
    expect(listeners).toEqual(Array(20).fill(listeners[0]))
  })

  test('comes at deadlineMs where nobody else ends a render (I7)', async () => {
    const render = threads({ deadlineMs: 100, graceMs: 50 })
    await render.ready
    await expect(render(asked('/forever'))).rejects.toThrow(/ERR_SSR_CACHE_DEADLINE: .+ within deadlineMs \(100 ms\)/)
  })
})

describe('an abort while the thread loads the file', () => {
  test.each(['waits', 'computes'])(
    'does not end the thread, so that it has loaded some time however soon all leave: it %s',
    async (how) => {
      const render = threads({ graceMs: 10 }, new URL(`renders/loads-slowly.ts?${how}`, import.meta.url))
      await render.ready
      await expect(render(asked('/exit'))).rejects.toThrow(/worker exited with code: 6/)
      const impatient = (): Promise<unknown> => textOf(render(asked('/', AbortSignal.timeout(200)))).catch(() => 'left')
      expect(await impatient()).toBe('left')
      await vi.waitFor(async () => expect(await impatient()).toBe('home'), { timeout: 5_000, interval: 0 })
    },
  )

  test('is an answer after graceMs all the same; a file that takes a minute more is tried anew in another thread', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ssr-cache-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const loadsOnce = `renders/loads-once.ts?${encodeURIComponent(join(folder, 'seen'))}`
    const render = threads({ graceMs: 50 }, new URL(loadsOnce, import.meta.url))
    await expect(render(asked('/exit'))).rejects.toThrow(/worker exited with code: 6/)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const visit = new AbortController()
    const left = expect(render(asked('/', visit.signal))).rejects.toThrow('enough')
    await vi.advanceTimersByTimeAsync(0)
    visit.abort(new Error('enough'))
    await vi.advanceTimersByTimeAsync(50)
    await left
    await vi.advanceTimersByTimeAsync(59_999)
    expect(render.stats().running).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(render.stats().running).toBe(0)
  })
})

describe('a thread that dies', () => {
  test.each([
    ['/exit', /worker exited with code: 3/],
    ['/uncaught', /nobody catches this/],
    ['/hungry', /memory limit/],
  ])('costs the one render that it had: %s', async (path, why) => {
    const render = threads({ threads: 2, resourceLimits: { maxOldGenerationSizeMb: 64 } })
    await render.ready
    const other = textOf(render.page(asked('/sleep'), 300))
    await expect(render(asked(path))).rejects.toThrow(why)
    expect(await other).toBe('slept')
    expect(await Promise.all([textOf(render(asked('/'))), textOf(render(asked('/')))])).toEqual(['home', 'home'])
  })

  test('in the middle of a page cuts it off: half a page is never kept (I9)', async () => {
    const render = threads()
    const told = word()
    const cache = createRenderCache({ logger: logged().logger })
    const page = await cache.handle(asked('/dies-later'), (input) => render.page(input, told))
    Atomics.store(told, 0, 1)
    await expect(page.text()).rejects.toThrow(/worker exited with code: 4/)
    const whole = (): Response => new Response('whole', { headers: { 'content-type': 'text/html' } })
    // Whoever comes while it lands shares its failure.
    await vi.waitFor(async () => expect(await (await cache.handle(asked('/dies-later'), whole)).text()).toBe('whole'))
  })

  test('shows a page that may stand in, as any failure does (I5, S2)', async () => {
    const render = threads()
    const cache = createRenderCache({ maxAge: 0, staleWhileRevalidate: 0, staleIfError: 60, logger: logged().logger })
    const page = (path: string) =>
      cache.handle(asked('/page'), (input) =>
        render.page(new Request(`https://shop.example${path}`, { signal: input.signal })),
      )
    await page('/')
    const standIn = await page('/exit')
    expect([standIn.status, await standIn.text()]).toEqual([200, 'home'])
  })
})

describe('who waits for a thread', () => {
  test('is told of in the log, once, after a second: the cache let more in than there are threads', async () => {
    const { logger, lines } = logged()
    const render = threads({ logger })
    await render.ready
    const all = [render.page(asked('/sleep'), 1_300), render(asked('/')), render(asked('/'))]
    await Promise.all(all)
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', expect.stringMatching(/has waited for a thread for a second.+ a lower concurrency/)],
    ])
  })
})

describe('close', () => {
  test('ends what runs, refuses what comes, and leaves nothing behind (I13)', async () => {
    const render = threads({ graceMs: 50 })
    await render.ready
    const running = render(asked('/forever'))
    const waiting = render(asked('/'))
    const failures = [running, waiting].map((answer) => expect(answer).rejects.toThrow('ERR_SSR_CACHE_CLOSED'))
    await vi.waitFor(() => expect(render.stats()).toEqual({ running: 1, queued: 1 }))
    await render.close()
    await Promise.all(failures)
    await expect(render(asked('/'))).rejects.toThrow(/ERR_SSR_CACHE_CLOSED: a render must come before close\(\)/)
    await render.close()
  })

  test('lets a render that hears of it end by itself, and one whose thread never starts', async () => {
    const render = threads({ graceMs: 10_000 })
    const told = word()
    const heeding = expect(render.page(asked('/heeds'), told)).rejects.toThrow('ERR_SSR_CACHE_CLOSED')
    await said(told, 1)
    const stuck = threads({ graceMs: 50 }, new URL('renders/never-loads.ts', import.meta.url))
    const never = expect(stuck(asked('/'))).rejects.toThrow('ERR_SSR_CACHE_CLOSED')
    await Promise.all([render.close(), stuck.close(), heeding, never])
    expect(Atomics.load(told, 0)).toBe(2)
  })

  test('need not be called by a process that has nothing left to do: threads hold nobody', async () => {
    const child = fork(new URL('renders/one-page.ts', import.meta.url), {
      execArgv: [...SOURCES],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    expect(await once(child, 'message')).toEqual(['home', undefined])
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})

describe('a page in memory', () => {
  test('does not wait behind a render that computes', async () => {
    const render = threads()
    await render.ready
    const cache = createRenderCache({ logger: logged().logger })
    await cache.handle(asked('/'), render)
    const told = word()
    const visit = new AbortController()
    const stuck = render.page(asked('/forever', visit.signal), told)
    await said(told, 1)
    for (let i = 0; i < 1_000; i++) expect((await cache.handle(asked('/'), render)).status).toBe(200)
    expect(render.stats().running).toBe(1)
    visit.abort()
    await expect(stuck).rejects.toThrow('aborted')
  })
})
