import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Field } from '../fields.ts'

/**
 * Sends an interim answer, 1xx, before the final one (RFC 9110 15.2): of any number and with all fields, where Node's own methods write 102, and 103 with some forms of
 * Link. Nothing is sent to HTTP/1.0, once the final head is out, or before the answers to earlier requests of the connection.
 */
export function sendInterim(response: ServerResponse, status: number, fields: readonly Field[]): void {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`)
  writeInterim(
    response,
    Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`, 'latin1'),
  )
}

/** The bytes of one, as they are. */
export function writeInterim({ headersSent, req, socket }: ServerResponse, bytes: Uint8Array): void {
  if (headersSent || req.httpVersion === '1.0') return
  socket?.write(bytes)
}
