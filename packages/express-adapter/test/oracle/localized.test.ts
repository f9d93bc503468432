import { localized } from './localized.ts'
import { suite } from './suite.ts'

suite(localized, 'A site in three languages behind a CDN')
