import { createPathMapper } from '@ssr-cache/core/path'

export const mapper = createPathMapper({ origin: 'https://shop.example' })

export const file = mapper.toPath('/genres/drama?page=2') // genres/drama!3fpage=2.html
export const url = mapper.toUrl(file) // https://shop.example/genres/drama?page=2
export const index = mapper.toPath('/movies/') // movies/index.html
