import { createRenderCache, deviceClass, pickLocale } from '@ssr-cache/core'

export const cache = createRenderCache({
  key: {
    cookies: ['currency'],
    headers: {
      'accept-language': pickLocale(['en', 'de']),
      'user-agent': deviceClass(),
    },
  },
})
