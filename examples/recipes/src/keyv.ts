import { KeyvSqlite } from '@keyv/sqlite'
import { createRenderCache, type RenderCache } from '@ssr-cache/core'
import { keyvStore } from '@ssr-cache/core/keyv'
import { Keyv } from 'keyv'

/** Call the second after `cache.close()`: the connection is yours. */
export function cacheInSqlite(file: string): { cache: RenderCache; disconnect: () => Promise<void> } {
  const keyv = new Keyv(new KeyvSqlite(`sqlite://${file}`), { namespace: 'shop' })
  const cache = createRenderCache({ hosts: ['shop.example'], maxAge: 300, store: keyvStore(keyv) })
  return { cache, disconnect: () => keyv.disconnect() }
}
