import { shop } from './shop.ts'
import { suite } from './suite.ts'

suite(shop, 'A shop with customers, carts, currencies and sales')
