// The command as a user's terminal runs it: against a small app, by the Node that runs this file.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express from 'express'

const secret = 'the secret of this check'.replaceAll(' ', '-')
const manifestFile = createRequire(import.meta.url).resolve('@ssr-cache/core/package.json')
const manifest = createRequire(import.meta.url)(manifestFile)
const command = join(dirname(manifestFile), manifest.bin['ssr-cache'])
const run = (...args) => promisify(execFile)(process.execPath, [command, ...args])

// `input` goes to standard input.
function runWith(input, ...args) {
  const running = run(...args)
  running.child.stdin.end(input)
  return running
}

const cache = createRenderCache({ admin: { secret } })
const server = express()
  .use(expressCache(cache, (_request, response) => response.send('<p>A page</p>')))
  .listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${server.address().port}/`

assert.equal((await run('--version')).stdout, `${manifest.version}\n`)
assert.match((await run('doctor', url)).stdout, /^A hit: /)
await assert.rejects(run('doctor', url, '--cookie', 'sid=1', '--secret', secret), {
  code: 1,
  stdout: /^Not a hit: the cookie "sid" .*\n[\s\S]*counted/,
})

assert.match((await run('warm', '--help')).stdout, /ssr-cache warm LIST --origin/)
assert.equal(
  (await runWith('/\n/a\n', 'warm', '-', '--origin', url)).stdout,
  'Warmed 2 of 2 pages: 1 rendered, 1 kept already.\n',
)
await assert.rejects(runWith('/a\nhttp://other.example/\n', 'warm', '-', '--origin', url), {
  code: 2,
  stdout: '',
  stderr: /^ssr-cache: line 2 of standard input .+\n$/,
})

server.close()
await cache.close()
await assert.rejects(run('doctor', url), { code: 2, stdout: '', stderr: /ECONNREFUSED/ })
await assert.rejects(runWith('/', 'warm', '-', '--origin', url), { code: 2, stdout: '', stderr: /ECONNREFUSED/ })
