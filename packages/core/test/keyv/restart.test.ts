import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const program = fileURLToPath(new URL('shop-process.ts', import.meta.url))

interface Ended {
  readonly pid: number
  readonly visits: readonly { readonly rendered: string; readonly status: string }[]
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssr-cache-restart-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A shop that starts, is visited, and stops. */
async function shopProcess(file: string, ...steps: string[]): Promise<Ended> {
  const args = ['--conditions=@ssr-cache/source', '--disable-warning=ExperimentalWarning', program]
  const { stdout } = await promisify(execFile)(process.execPath, [...args, join(folder, file), ...steps])
  return JSON.parse(stdout)
}

describe('a shop that keeps its pages in SQLite, and is started anew (R9, R39)', () => {
  test('serves each once more while it is rendered anew, and then what it has rendered', async () => {
    const first = await shopProcess('restart.sqlite', '/a', '/a')
    expect(first.visits).toEqual([
      { rendered: `${first.pid}/1`, status: expect.stringContaining('fwd=uri-miss; stored') },
      { rendered: `${first.pid}/1`, status: expect.stringContaining('hit') },
    ])
    const second = await shopProcess('restart.sqlite', '/a')
    expect(second.visits).toEqual([
      { rendered: `${first.pid}/1`, status: expect.stringContaining('hit; ttl=0; detail=refreshing') },
    ])
    const third = await shopProcess('restart.sqlite', '/a')
    expect(third.visits).toMatchObject([{ rendered: `${second.pid}/1` }])
  })

  test('does not serve what was purged before, and serves the rest (V12)', async () => {
    const first = await shopProcess('purge.sqlite', '/a', '/b', 'purge:a')
    const second = await shopProcess('purge.sqlite', '/a', '/b')
    expect(second.visits).toMatchObject([
      { rendered: `${second.pid}/1`, status: expect.stringContaining('fwd=uri-miss; stored') },
      { rendered: `${first.pid}/2` },
    ])
  })
})
