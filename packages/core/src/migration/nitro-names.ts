/** Options of Nitro that are mapped. */
export const NITRO_MAPPED: readonly string[] = [
  'maxAge',
  'staleMaxAge',
  'swr',
  'varies',
  'allowQuery',
  'allowCookies',
  'shouldBypassCache',
  'integrity',
  'maxResolveTime',
  'maxBodySize',
  'stream',
  'headersOnly',
]

/** Those of them that say which Nitro it is. */
export const OF_NITRO_3: readonly string[] = ['allowQuery', 'allowCookies', 'maxResolveTime', 'maxBodySize', 'stream']

/** Options of Nitro that have no meaning here, and what to do instead. */
export const NITRO_NOT_MAPPED = {
  getKey:
    'cannot replace the URL in the key: the render sees the URL, and would print one visitor\'s into the page of all. What it adds belongs into "context" of the adapter, which is in the key beside the URL.',
  shouldInvalidateCache:
    'would let any request have a page rendered again. Call cache.invalidate({ tags }) or ({ urls }) where the data changes.',
  name: 'names nothing here: pages are kept by their URL.',
  group: 'names nothing here: pages are kept by their URL.',
  base: 'names no storage here. Write store: memoryStore(), or a store that processes share.',
  storage: 'is no store of this library. Write store: memoryStore(), or a store that processes share.',
  getMaxAge: 'has no place here: the render itself says pageContext()?.maxAge(seconds).',
  shouldCache: 'has no place here: the render itself says pageContext()?.private(). Failures are never kept.',
  allowAuthorization: 'is not to be had: requests with Authorization are answered by the app alone.',
  sendCacheControl: 'is not to be had: without the field caches downstream would guess. See the option downstream.',
  cacheStatusHeader: 'is Cache-Status here (RFC 9211), and always sent.',
  handleCacheHeaders: 'is not needed: conditional requests are answered by RFC 9110.',
  toResponse: 'is not needed: what the app answers is kept.',
  createResponse: 'is not needed: what the app has answered is sent again.',
  waitUntil: 'is an option of cache.fetch here.',
  onError: 'has no place here: listen to cache.events, or give a logger.',
  transform: 'belongs to cached functions: see cache.value.',
  serialize: 'belongs to cached functions: see cache.value.',
  payload: 'belongs to cached functions: see cache.value.',
  validate: 'belongs to cached functions: see cache.value.',
} as const

/** Names of options that are told and left out. */
export type NotMappedName = keyof typeof NITRO_NOT_MAPPED
