import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { type RedisServer, startRedis } from './server.ts'

/** A server that answers over TLS only, by a certificate for `localhost`. */
export interface RedisTls {
  readonly server: RedisServer
  /** What clients must trust. */
  readonly ca: string
  [Symbol.asyncDispose](): Promise<void>
}

export async function startTls(): Promise<RedisTls> {
  const folder = mkdtempSync(join(tmpdir(), 'ssr-cache-tls-'))
  makeCertificate(folder)
  const [cert, key, ca] = ['server.crt', 'server.key', 'ca.crt'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const trusted = readFileSync(ca, 'utf8')
  const dial = (port: number) => connect({ host: '127.0.0.1', port, ca: trusted, servername: 'localhost' })
  const server = await startRedis({ tls: { cert, key, ca }, dial })
  return {
    server,
    ca: trusted,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** An authority for the occasion, and a server's certificate signed by it. */
function makeCertificate(folder: string): void {
  const openssl = (command: string): void => {
    execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'pipe' })
  }
  const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
  openssl(`req -x509 ${newKey} -keyout ca.key -out ca.crt -days 2 -subj /CN=Tests`)
  openssl(`req ${newKey} -keyout server.key -out server.csr -subj /CN=localhost`)
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  openssl('x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 2 -extfile names')
}
