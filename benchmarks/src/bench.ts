// `npm run bench`: this project and its peers, side by side, and whether each bar holds.
import { benchCommand } from './bench/bench-command.ts'
import { runCommand } from './command-line/run-command.ts'

await runCommand('bench', benchCommand)
