/** Options of Spartacus that are mapped. */
export const SPARTACUS_MAPPED: readonly string[] = [
  'timeout',
  'concurrency',
  'maxRenderTime',
  'forcedSsrTimeout',
  'ttl',
  'cache',
  'cacheSize',
  'cacheSizeMemory',
  'reuseCurrentRendering',
  'renderingStrategyResolver',
  'documentFilePath',
  'logger',
  'ssrFeatureToggles',
]

/** Options of Spartacus that have no meaning here, and what to do instead. */
export const SPARTACUS_NOT_MAPPED = {
  renderKeyResolver:
    'cannot replace the URL in the key: the render sees the URL, and would print one visitor\'s into the page of all. What it adds belongs into "context" of expressCache, which is in the key beside the URL.',
  shouldCacheRenderingResult:
    'has no place here: failures are never kept, and what else must not be kept says pageContext()?.private() in its render.',
  cacheEntrySizeCalculator: 'is not needed: the bytes of a page are counted.',
  debug: 'has no place here: listen to cache.events, or read Cache-Status.',
} as const

/** Names of options that are told and left out. */
export type SpartacusNotMappedName = keyof typeof SPARTACUS_NOT_MAPPED
