// An app under load: told which, it says where it listens, and how much CPU it has used when asked.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { argv } from 'node:process'
import { APPS, type AppName } from './apps.ts'
import type { ServerMessage } from './server.ts'

const [name, renderBytes] = argv.slice(2)
const app = await APPS[name as AppName](Number(renderBytes))
const server = createServer(app).listen(0, '127.0.0.1', () => {
  tell({ port: (server.address() as AddressInfo).port }) // it listens on a port
})

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  tell({ cpuUs: user + system })
})
process.on('disconnect', () => process.exit())

function tell(message: ServerMessage): void {
  process.send?.(message)
}
