/** An origin that did not answer. Whoever hears of it answers with its `status`, or with a page that may stand in. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  /** 502: no connection, or one that broke off; 504: too slow (RFC 9110 15.6.3, 15.6.5). */
  readonly status: 502 | 504

  constructor(status: 502 | 504, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }

  /** The same, by the name that Fastify looks for. */
  get statusCode(): number {
    return this.status
  }
}
