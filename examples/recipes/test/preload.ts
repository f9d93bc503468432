// Loaded before a sample that runs as a process of its own: it listens on a free port instead of its own, tells which, tells of every request that has
// arrived, and has a wall clock that its parent can set forward.
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, Server } from 'node:net'
import type { Told } from './sample-process.ts'

const tell = (told: Told): unknown => process.send?.(told)
const { listen } = Server.prototype

Server.prototype.listen = function listenAnywhere(this: Server): Server {
  this.once('listening', () => tell({ port: (this.address() as AddressInfo).port })) // a TCP server that listens has one
  this.on('request', ({ url = '' }: IncomingMessage) => tell({ url }))
  return Reflect.apply(listen, this, [0, '127.0.0.1'])
}

const { now } = Date
let ahead = 0
Date.now = () => now() + ahead

process.on('message', (ms: number) => {
  ahead += ms
  tell({ ahead })
})
// A sample ends when it has nothing left to do, or when nobody is left who would end it.
process.channel?.unref()
process.on('disconnect', () => process.exit(1))
