import { type App, html } from './app.ts'

const pieces = async function* (): AsyncGenerator<string> {
  yield '<p>piece '
  await aWhile()
  yield 'by piece</p>'
}

/** Longer than what comes at once. */
async function aWhile(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const broken = async function* (): AsyncGenerator<string> {
  yield '<p>half'
  throw new Error('the database is down')
}

/** A small site: an answer of each kind, by its path. */
export const SITE: App = ({ method, target, headers }) => {
  const [path = ''] = target.split('?')
  switch (path) {
    case '/page':
      return html('<p>naïve</p>', ['content-language', 'de'], ['last-modified', 'Sun, 06 Nov 1994 08:49:37 GMT'])
    case '/echo':
      return html(JSON.stringify([method, target, headers['cookie'], headers['x-probe'], headers['if-none-match']]))
    case '/stream':
      return html(pieces())
    case '/gone':
      return { ...html('<p>gone</p>'), status: 410 }
    case '/moved':
      return { status: 301, fields: [['location', '/page']] }
    case '/for-now':
      return { status: 302, fields: [['location', '/page']] }
    case '/empty':
      return { status: 204 }
    case '/data':
      return { fields: [['content-type', 'application/json; charset=utf-8']], body: '{"a":1}' }
    case '/cookie':
      return html('<p>yours</p>', ['set-cookie', 'a=1'], ['set-cookie', 'b=2'])
    case '/private':
      return html('<p>yours</p>', ['cache-control', 'private, max-age=5'])
    case '/varies':
      return html('<p>by language</p>', ['vary', 'Accept-Language'])
    case '/nonce':
      return html('<script nonce="n0nce">go()</script>', ['content-security-policy', "script-src 'nonce-n0nce'"])
    case '/links':
      return html('<p>links</p>', ['link', '</a>; rel="next"'], ['link', '</b>; rel="last"'])
    case '/down':
      return { ...html('<p>down</p>'), status: 503 }
    case '/thrown':
      throw new Error('the app is down')
    case '/broken':
      return html(broken())
    default:
      return { ...html('<p>nothing here</p>'), status: 404 }
  }
}
