import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeyvPostgres } from '@keyv/postgres'
import { KeyvSqlite } from '@keyv/sqlite'
import { createKeyv, Keyv } from 'keyv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PostgresServer } from '../../../../test-utils/postgres-server.ts'
import { findPostgres, startPostgres } from '../../../../test-utils/postgres-server.ts'
import type { KeyvDatabase, KeyvStore } from '../../src/keyv/index.ts'
import { keyvStore } from '../../src/keyv/index.ts'
import { memoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { tieredStore } from '../../src/store/tiered-store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { storeContract } from '../../src/testing/store-contract.ts'

const clock = fakeClock(Date.now())
const advance = (ms: number) => clock.advance(ms)

function keepsTheContract(makeKeyv: () => KeyvDatabase, make: (far: KeyvStore) => Store = (far) => far): void {
  for (const { name, run } of storeContract(() => make(keyvStore(makeKeyv(), { clock })), { clock, advance })) {
    it(name, async () => expect(await run()).toBe('passed'))
  }
}

describe.each<[string, () => KeyvDatabase]>([
  ['memory, with its own serializer', () => new Keyv()],
  ['memory, without a serializer', () => createKeyv(new Map())],
  ['memory, with plain JSON', () => new Keyv({ serialization: { stringify: JSON.stringify, parse: JSON.parse } })],
])('the store contract on Keyv’s own %s (R9)', (_, makeKeyv) => {
  keepsTheContract(makeKeyv)
})

describe('the store contract on memory before Keyv (R9)', () => {
  keepsTheContract(
    () => new Keyv(),
    (far) => tieredStore(memoryStore({ clock }), far, { clock }),
  )
})

describe('the store contract on SQLite through Keyv (R9)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ssr-cache-sqlite-'))
  const sqlite = new KeyvSqlite(`sqlite://${join(folder, 'pages.sqlite')}`)
  afterAll(async () => {
    await sqlite.disconnect()
    rmSync(folder, { recursive: true })
  })

  // One file, and a namespace for each: a namespace is a database of its own.
  keepsTheContract(() => new Keyv(sqlite, { namespace: randomUUID() }))
})

const postgres = findPostgres()
const where = postgres === undefined ? ' (skipped: there is no Postgres on this machine)' : ''

describe.skipIf(postgres === undefined)(`the store contract on Postgres through Keyv (R9)${where}`, () => {
  let server: PostgresServer
  let tables: KeyvPostgres
  beforeAll(async () => {
    server = await startPostgres(postgres!) // or skipped
    tables = new KeyvPostgres(server.uri)
  })
  afterAll(async () => {
    await tables.disconnect()
    await server[Symbol.asyncDispose]()
  })

  keepsTheContract(() => new Keyv(tables, { namespace: randomUUID() }))
})
