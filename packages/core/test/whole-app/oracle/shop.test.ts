import { shop } from '../../../../express-adapter/test/oracle/shop.ts'
import { suite } from '../../../../express-adapter/test/oracle/suite.ts'
import { WHOLE_APPS } from './frameworks.ts'

const { options } = shop
// What the app reads by itself is no context: it must be in the key.
const key = { ...options.key, headers: { 'x-country': true } } as const

suite(
  { ...shop, options: { ...options, key } },
  'A shop with customers, carts, currencies and sales, as a whole app',
  WHOLE_APPS,
)
