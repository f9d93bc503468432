import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express from 'express'
import { pages } from './slow-pages.ts'
import { warmAtStart } from './warm-up.ts'

const file = process.env['HOTTEST'] ?? 'hottest.json'
const cache = createRenderCache({ hosts: ['shop.example'] })
const app = express().use(expressCache(cache, pages))

try {
  // The first process of all finds none.
  if (existsSync(file)) await warmAtStart(cache, app, JSON.parse(readFileSync(file, 'utf8')))
} catch (error) {
  // A list that cannot be read, or is of another site, keeps nobody from their pages.
  console.warn(`${file} was not warmed: ${error}`)
}
const server = app.listen(3000)

process.once('SIGTERM', () => {
  // In one step, so that whoever reads it finds all of it.
  writeFileSync(`${file}.new`, JSON.stringify(cache.hottest(100)))
  renameSync(`${file}.new`, file)
  server.close(() => void cache.close())
})
