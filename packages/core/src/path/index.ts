// Mapper
// Errors
export { type ErrorCode, isSsrCacheError, SsrCacheError } from '../errors.ts'
export { createPathMapper, type PathMapper } from './mapper.ts'
export type { PathMapperOptions } from './mapper-options.ts'
