import type { Asked, Reply, Site } from './serve.ts'

/** A visitor who sends the cookies back that came before, as a browser does. */
export class Browser {
  readonly #site: Site
  readonly #cookies = new Map<string, string>()

  constructor(site: Site) {
    this.#site = site
  }

  async visit(path: string, { headers, ...asked }: Asked = {}): Promise<Reply> {
    const cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ')
    const own = cookie === '' ? {} : { cookie }
    const reply = await this.#site.ask(path, { ...asked, headers: { accept: 'text/html', ...own, ...headers } })
    for (const line of reply.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.#cookies.set(name, value)
    }
    return reply
  }
}
