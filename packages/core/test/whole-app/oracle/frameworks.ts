import express from 'express'
import type { Framework } from '../../../../express-adapter/test/oracle/suite.ts'
import { h3Front, honoFront, nodeFront } from './fronts.ts'

/** The ways in for whole apps. */
export const WHOLE_APPS: readonly Framework[] = [
  ['cache.node', { express, front: nodeFront }],
  ['cache.fetch of Hono', { express, front: honoFront }],
  ['cache.fetch of h3', { express, front: h3Front }],
]
