import { createKeyNormalizer, pickLocale } from '@ssr-cache/core/key'

const keys = createKeyNormalizer({ key: { headers: { 'accept-language': pickLocale(['en', 'de']) } } })

export const visitor = {
  method: 'GET',
  scheme: 'https',
  host: 'shop.example',
  target: '/movies?page=2&utm_source=mail&genre=drama',
  headers: { 'accept-language': 'de-AT, en;q=0.5', cookie: 'theme=dark', 'x-forwarded-host': 'evil.example' },
} as const

export const key = keys.normalize(visitor)
// key.full: https://shop.example/movies?genre=drama&page=2 and, on a line of its own, [["accept-language","de"]]
export const seen = key.kind === 'keyed' ? keys.narrow(key, visitor) : undefined
// seen.headers: { host: 'shop.example', accept: 'text/html', 'accept-language': 'de' }
