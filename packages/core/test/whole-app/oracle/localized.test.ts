import { localized } from '../../../../express-adapter/test/oracle/localized.ts'
import { suite } from '../../../../express-adapter/test/oracle/suite.ts'
import { WHOLE_APPS } from './frameworks.ts'

suite(localized, 'A site in three languages behind a CDN, as a whole app', WHOLE_APPS)
