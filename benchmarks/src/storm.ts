// `npm run storm`: a crawler and a hung API let loose on the storefront, and what becomes of the hits.
import { runCommand } from './command-line/run-command.ts'
import { stormCommand } from './storm/storm-command.ts'

await runCommand('storm', stormCommand)
