import { readFileSync } from 'node:fs'
import { storeContract } from '@ssr-cache/core/testing'
import { describe, expect, it } from 'vitest'
import { forAll } from '../../../test-utils/for-all.ts'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { startRedis } from '../../../test-utils/redis/server.ts'
import { redisStore } from '../src/index.ts'
import { HeardLogger } from './heard-logger.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const [user] = /^user shop .*$/m.exec(readme) as RegExpExecArray // the README has it

describe.skipIf(redisIsMissing)(
  'a user with the rights that the README lists, and no others (needs a Redis program)',
  () => {
    const server = forAll(() => startRedis({ settings: [user.replace('PASSWORD', 'secret')] }))
    const logger = new HeardLogger()

    for (const { name, run } of storeContract(() =>
      redisStore({ url: `redis://shop:secret@127.0.0.1:${server().port}`, logger }),
    )) {
      it(name, async () => expect(await run()).toBe('passed'))
    }

    it('is never refused anything', () => expect(logger.lines).toEqual([]))
  },
)
