import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { serve } from '../../../../../test-utils/serve.ts'
import { unreachable } from '../../../src/command-line/unreachable.ts'
import { refusalOf, runHere } from '../run-here.ts'
import { consult } from './consultation.ts'

/** One line on stderr, nothing on stdout, exit 2. */
async function refusal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return refusalOf(await runHere(args, { env }))
}

/** A server that does to each connection what it is told to. */
async function listening(greet: (socket: Socket) => void): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    greet(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port, // a TCP server that listens has one
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('a URL that cannot be reached is one clear line, exit 2, and nothing half-done', () => {
  test('nobody listens', async () => {
    const gone = await listening(() => {})
    await gone[Symbol.asyncDispose]()
    expect(await refusal(['doctor', `http://127.0.0.1:${gone.port}/a?b=1`])).toBe(
      `GET http://127.0.0.1:${gone.port}/a?b=1 failed: nobody listens there (ECONNREFUSED). Start the app, or correct host and port.`,
    )
  })

  test('no such host, with name and password left out', async () => {
    expect(await refusal(['doctor', 'http://ada:secret@nowhere.invalid/'])).toMatch(
      /^GET http:\/\/nowhere\.invalid\/ failed: no such host is known \((ENOTFOUND|EAI_AGAIN)\)\./,
    )
  })

  test('what answers speaks no HTTP', async () => {
    await using site = await listening((socket) => socket.end('220 mail.example ESMTP\r\n'))
    expect(await refusal(['doctor', `http://127.0.0.1:${site.port}/`])).toContain(
      'failed: what answers speaks no HTTP (HPE_',
    )
  })

  test('it hangs up', async () => {
    await using site = await listening((socket) => socket.destroy())
    expect(await refusal(['doctor', `http://127.0.0.1:${site.port}/`])).toContain(
      'failed: the connection was closed without an answer (ECONNRESET).',
    )
  })

  test('https is asked for where http is spoken', async () => {
    await using site = await serve((_, response) => void response.end())
    expect(await refusal(['doctor', `https://${site.host}/`])).toContain(
      'failed: what answers speaks no TLS that this side knows',
    )
  })

  test('it says nothing in the time that it is given', async () => {
    await using site = await listening(() => {})
    expect(await refusal(['doctor', `http://127.0.0.1:${site.port}/`, '--timeout', '1'])).toContain(
      'failed: no answer came in time (ABORT_ERR).',
    )
  })

  test.each([
    ['CERT_HAS_EXPIRED', 'its certificate is not trusted'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is not trusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is not trusted'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is not trusted'],
    ['EHOSTUNREACH', 'no way leads there'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'speaks no TLS'],
    ['ENEW', 'what Node says'],
  ])('%s', (code, said) => {
    const error = Object.assign(new Error('what Node says'), { code })
    expect(unreachable(new URL('https://shop.example/'), error).message).toContain(said)
  })

  test('it redirects in a circle, or ever further', async () => {
    await using site = await serve(({ url }, response) => {
      response.writeHead(302, { location: url === '/a' ? '/b' : '/a' }).end()
    })
    expect(await refusal(['doctor', `http://${site.host}/a`])).toBe(
      `GET http://${site.host}/a failed: it redirects more than 5 times (to http://${site.host}/b, http://${site.host}/a). Ask for the page where it should end, or mend the redirect.`,
    )
  })

  test('it is gone before all is asked: nothing of what came before is told', async () => {
    let visits = 0
    await using site = await serve((_, response) => {
      visits++
      if (visits === 2) response.destroy()
      else response.end()
    })
    await refusal(['doctor', `http://${site.host}/`])
  })
})

describe('a command line that says nothing that can be done is one line, and exit 2', () => {
  test.each<[string, readonly string[], string]>([
    [
      'no command',
      [],
      'a command must be doctor or warm, got undefined. Write: ssr-cache doctor URL, or ssr-cache warm LIST',
    ],
    [
      'another command',
      ['nurse'],
      'a command must be doctor or warm, got "nurse" (string). Write: ssr-cache doctor URL, or ssr-cache warm LIST',
    ],
    ['no URL', ['doctor'], 'doctor must be given an absolute http(s) URL, got undefined. Write http://localhost:3000/'],
    [
      'a URL without its scheme',
      ['doctor', 'localhost:3000/a'],
      'doctor must be given an absolute http(s) URL, got "localhost:3000/a" (string). Write http://localhost:3000/a',
    ],
    [
      'a path',
      ['doctor', '/a'],
      'doctor must be given an absolute http(s) URL, got "/a" (string). Write http://localhost:3000/a',
    ],
    [
      'another scheme',
      ['doctor', 'ftp://a.example/'],
      'doctor must be given an absolute http(s) URL, got "ftp://a.example/" (string). Write http:// or https://.',
    ],
    [
      'two URLs',
      ['doctor', 'http://a.example/', 'http://b.example/'],
      'doctor must be given one URL, got "http://b.example/" (string) too. Ask for one page at a time.',
    ],
    [
      'a header without a colon',
      ['doctor', 'http://a.example/', '--header', 'accept'],
      `--header must be 'name: value', got "accept" (string). Write --header 'accept-language: de'`,
    ],
    [
      'a header that HTTP cannot carry',
      ['doctor', 'http://a.example/', '--cookie', 'a=ж'],
      'a header must be what HTTP can carry, got "cookie: a=ж" (string). Percent-encode what is not ASCII.',
    ],
    [
      'no number of times',
      ['doctor', 'http://a.example/', '--times', '0'],
      '--times must be a whole number from 1 to 10, got "0" (string). Write --times 2',
    ],
    [
      'a time with a unit',
      ['doctor', 'http://a.example/', '--timeout', '5s'],
      '--timeout must be a whole number from 1 to 600, got "5s" (string). Write --timeout 30',
    ],
    [
      'a secret that no field can carry',
      ['doctor', 'http://a.example/', '--secret', 'gehe im'],
      '--secret must be visible ASCII characters, and this one holds others. Write what admin.secret is.',
    ],
  ])('%s', async (_, args, said) => {
    expect(await refusal(args)).toBe(said)
  })

  test('an option that there is not', async () => {
    expect(await refusal(['doctor', 'http://a.example/', '--cookies', 'a=b'])).toMatch(
      /^Unknown option '--cookies'.+ ssr-cache --help lists all options\.$/,
    )
  })
})

test.each([['--help'], ['-h'], ['doctor', '--help']])(
  '%s %s lists every option, and is no failure',
  async (...args) => {
    const { code, stdout } = await consult(args.filter((each) => each !== undefined))
    expect(code).toBe(0)
    for (const option of [
      '--cookie',
      '--header',
      '--secret',
      '--times',
      '--timeout',
      '--json',
      '--version',
      'SSR_CACHE_SECRET',
    ])
      expect(stdout).toContain(option)
  },
)
