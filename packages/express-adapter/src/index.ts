// Middleware

export type { ExpressHandler, ExpressMiddleware } from './express.ts'
export { expressCache } from './express-cache.ts'
export type { ExpressCacheOptions, PlansAnswers } from './options.ts'
