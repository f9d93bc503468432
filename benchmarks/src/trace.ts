// `npm run trace -- FILE --entries N`: the hit ratio that the memory store has on a trace of ids.
import { runCommand } from './command-line/run-command.ts'
import { traceCommand } from './trace/trace-command.ts'

await runCommand('trace', traceCommand)
