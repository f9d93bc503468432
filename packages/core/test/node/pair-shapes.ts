// Prints whether V8 keeps the request and the response of a render as objects of one shape. In a process of its own, with --allow-natives-syntax: shapes are
// learnt from all that a process has made, other tests' requests among them.
import { newPair, textOf } from './narrowed.ts'

const isFast = new Function('object', 'return %HasFastProperties(object)') as (object: object) => boolean // V8's own

let pair = newPair()
// The first ones are what the shape is learnt from.
for (let i = 0; i < 10; i++) {
  pair = newPair()
  pair.response.end('page')
  await textOf(pair)
}
console.log(JSON.stringify([isFast(pair.request), isFast(pair.response)]))
