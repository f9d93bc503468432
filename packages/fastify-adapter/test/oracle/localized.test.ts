import express from 'express'
import { localized } from '../../../express-adapter/test/oracle/localized.ts'
import { suite } from '../../../express-adapter/test/oracle/suite.ts'
import { fastifyFront } from './fastify-front.ts'

suite(localized, 'A site in three languages behind a CDN', [['Fastify 5', { express, front: fastifyFront }]])
