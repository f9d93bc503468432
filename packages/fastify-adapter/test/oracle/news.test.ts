import express from 'express'
import { news } from '../../../express-adapter/test/oracle/news.ts'
import { suite } from '../../../express-adapter/test/oracle/suite.ts'
import { fastifyFront } from './fastify-front.ts'

suite(news, 'A newspaper with readers, a pay wall and a CDN in front', [
  ['Fastify 5', { express, front: fastifyFront }],
])
