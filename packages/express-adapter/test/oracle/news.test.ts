import { news } from './news.ts'
import { suite } from './suite.ts'

suite(news, 'A newspaper with readers, a pay wall and a CDN in front')
