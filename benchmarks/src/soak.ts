// `npm run soak`: a million random URLs through one cache, and whether it stayed bounded.
import { runCommand } from './command-line/run-command.ts'
import { soakCommand } from './soak/soak-command.ts'

await runCommand('soak', soakCommand)
