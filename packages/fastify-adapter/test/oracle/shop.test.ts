import express from 'express'
import { shop } from '../../../express-adapter/test/oracle/shop.ts'
import { suite } from '../../../express-adapter/test/oracle/suite.ts'
import { fastifyFront } from './fastify-front.ts'

suite(shop, 'A shop with customers, carts, currencies and sales', [['Fastify 5', { express, front: fastifyFront }]])
