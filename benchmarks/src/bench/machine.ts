import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { proxyVersions } from './proxies.ts'

/** Where and with what a run was made. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
  readonly node: string
  /** Runnable processes, on average of the minute before the run: beyond the cores, figures are of a machine that was busy. */
  readonly load: number
  readonly versions: Readonly<Record<string, string>>
}

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
    load: loadavg()[0] ?? 0,
    versions: installedVersions(),
  }
}

const OWN = ['@ssr-cache/core', '@ssr-cache/express-adapter', '@ssr-cache/fastify-adapter', '@ssr-cache/redis-adapter']
const OTHERS = [
  '@fastify/compress',
  '@keyv/redis',
  'apicache',
  'async-cache-dedupe',
  'bentocache',
  'cacheable',
  'compression',
  'express',
  'fastify',
  'h3',
  'ioredis',
  'lru-cache',
  'ocache',
  'undici',
]

function installedVersions(): Record<string, string> {
  return { ...Object.fromEntries([...OWN, ...OTHERS].map((name) => [name, versionOf(name)])), ...proxyVersions() }
}

function versionOf(name: string): string {
  const path = findPackageJSON(name, import.meta.url)
  if (path === undefined) throw new Error(`expected ${name} to be installed. Run npm run setup.`)
  return JSON.parse(readFileSync(path, 'utf8')).version
}
