// A Redis of our own as long as whoever has started this process lives: `node src/redis/main.ts`. It keeps nothing on disk.
import { redisIsMissing, redisProgram } from '../../../../test-utils/redis/program.ts'
import { startRedis } from '../../../../test-utils/redis/server.ts'
import { announceReady } from '../process/listen.ts'
import { onStopSignal } from '../process/stop.ts'

if (redisIsMissing) {
  console.error(
    `No Redis can be started from "${redisProgram}". Install one (apt-get install redis-server), or name one that runs: npm start -- --redis redis://127.0.0.1:6379`,
  )
  process.exit(1)
}
const redis = await startRedis()
onStopSignal(() => redis[Symbol.asyncDispose]())
announceReady(redis.port)
