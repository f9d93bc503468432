// `npm run replay -- FILE`: sends an access log to a running storefront and prints what its cache made of it.
import { runCommand } from './command-line/run-command.ts'
import { replayCommand } from './replay/replay-command.ts'

await runCommand('replay', replayCommand)
