// Packs every published package and proves the tarballs: publint, attw, and real consumers (ESM, CJS, types by TS 6 and 7).
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'

const run = (cmd, args, cwd) => execFileSync(cmd, args, { cwd, stdio: 'pipe', encoding: 'utf8' })
const out = mkdtempSync(join(tmpdir(), 'ssr-cache-pack-'))
for (const p of readdirSync('packages')) {
  run('npx', ['-y', 'pnpm@12.21.0', 'pack', '--pack-destination', out], `packages/${p}`)
}
const tgz = readdirSync(out)
  .filter((f) => f.endsWith('.tgz'))
  .map((f) => join(out, f))
for (const t of tgz) {
  run('publint', ['run', t, '--strict'])
  run('attw', [t, '--profile', 'node16', '--quiet'])
}
const app = join(out, 'app')
mkdirSync(app)
const deps = Object.fromEntries(
  tgz.map((t) => [`@ssr-cache/${/^ssr-cache-(.*)-\d+\.\d+\.\d+/.exec(basename(t))[1]}`, `file:${t}`]),
)
writeFileSync(
  join(app, 'package.json'),
  JSON.stringify({
    private: true,
    dependencies: {
      ...deps,
      express: '5.3.0',
      fastify: '5.12.8',
      ioredis: '6.0.0',
      '@types/express': '5.0.6',
      '@types/node': '24.19.2',
    },
  }),
)
writeFileSync(
  join(app, 'pnpm-workspace.yaml'),
  `overrides:\n${Object.entries(deps)
    .map(([k, v]) => `  '${k}': '${v}'`)
    .join('\n')}\n`,
)
run('npx', ['-y', 'pnpm@12.21.0', 'install', '--prefer-offline'], app)
const names = Object.keys(deps)
writeFileSync(
  join(app, 'a.mjs'),
  names
    .map((n, i) => `import * as m${i} from '${n}'; if (!Object.keys(m${i}).length) throw new Error('${n}')`)
    .join('\n'),
)
writeFileSync(
  join(app, 'a.cjs'),
  names.map((n) => `if (!Object.keys(require('${n}')).length) throw new Error('${n}')`).join('\n'),
)
const ts = `import { MemoryStore, clamp } from '@ssr-cache/core'\nimport { RedisStore } from '@ssr-cache/redis-adapter'\nimport { ssr-cache } from '@ssr-cache/express-adapter'\nimport { ssr-cache as f } from '@ssr-cache/fastify-adapter'\nexport const n: number = clamp(1, 2, 3)\nexport const s: MemoryStore = new MemoryStore()\nexport { RedisStore, ssr-cache, f }\n`
writeFileSync(join(app, 'b.mts'), ts)
writeFileSync(join(app, 'b.cts'), ts)
for (const mod of ['nodenext']) {
  for (const tsc of ['tsc', 'tsc6'])
    run(
      resolve('node_modules/.bin', tsc),
      [
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        'false',
        '--types',
        'node',
        '--module',
        mod,
        '--target',
        'es2022',
        'b.mts',
        'b.cts',
      ],
      app,
    )
}
for (const f of ['a.mjs', 'a.cjs']) run('node', [f], app)
console.log(`pack-check: ${tgz.length} tarballs pass publint, attw, ESM, CJS and types under TS 6 and 7`)
