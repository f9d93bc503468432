import { news } from '../../../../express-adapter/test/oracle/news.ts'
import { suite } from '../../../../express-adapter/test/oracle/suite.ts'
import { WHOLE_APPS } from './frameworks.ts'

suite(news, 'A newspaper with readers, a pay wall and a CDN in front, as a whole app', WHOLE_APPS)
