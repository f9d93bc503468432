import { HEAD } from './page-scripts.ts'
import { Script } from './script.ts'

// A lease is a hash: t token, e and p epoch and position of the generation, u until when it is held (0: released), g until when the grace is, r until when
// the key rests; instants in milliseconds of the server's own clock, which nobody else needs to know: what is answered are spans.

/** How long a token is remembered beyond its lease, so that the next is greater even if the server's clock was set back. */
const REMEMBERED_MS = 60_000

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function remember(span) redis.call('PEXPIRE', KEYS[1], string.format('%.0f', span + ${REMEMBERED_MS})) end
local function at(span) return string.format('%.0f', now + span) end
`

/** The token of the page that stands there, where it may have been made here: the lease that made it may be forgotten. */
const PAGE_TOKEN = `${HEAD}
local function tokenOfPage(key)
  local head = headAt(key)
  if head == nil or struct.unpack('>I4', head, 57) > 0 or struct.unpack('>I4', head, 61) > 0 then return 0 end
  local token = struct.unpack('>I4', head, 65) * 4294967296 + struct.unpack('>I4', head, 69)
  return token < 9007199254740000 and token or 0
end
`

/**
 * KEYS: lease, page. ARGV: epoch and position of the asker, leaseMs, graceMs, 1 if even a resting key is taken, epoch and position of the oldest lease that
 * holds the asker up. Answers { 1, token, grace } or { 0, grace, rest, end }. A
 * token is the server's time in microseconds, or one more than the last.
 */
export const TAKE: Script = new Script(`${NOW}${PAGE_TOKEN}
local held = redis.call('HMGET', KEYS[1], 't', 'e', 'p', 'u', 'g', 'r')
local ends, rest = tonumber(held[4] or 0), math.max(tonumber(held[6] or 0) - now, 0)
local oldest = tonumber(ARGV[7])
local isGoodEnough = oldest < 0 or (held[2] == ARGV[6] and tonumber(held[3]) >= oldest)
if now < ends and isGoodEnough then return { 0, held[5] - now, rest, ends - now } end
if rest > 0 and ARGV[5] ~= '1' then return { 0, rest, rest, 0 } end
local last = math.max(tonumber(held[1] or 0), tokenOfPage(KEYS[2]))
local token = string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1))
redis.call('HSET', KEYS[1], 't', token, 'e', ARGV[1], 'p', ARGV[2], 'u', at(ARGV[3]), 'g', at(ARGV[4]))
remember(math.max(tonumber(ARGV[3]), tonumber(ARGV[4]), rest))
return { 1, token, tonumber(ARGV[4]) }
`)

const HELD_BY = `
local function isHeldBy(token)
  local held = redis.call('HMGET', KEYS[1], 't', 'u')
  return held[1] == token and held[2] ~= '0'
end
`

/** KEYS: lease. ARGV: token, leaseMs, graceMs. Answers whether it was still the asker's, or nobody's since. */
export const RENEW: Script = new Script(`${NOW}${HELD_BY}
if not isHeldBy(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'u', at(ARGV[2]), 'g', at(ARGV[3]))
local rest = tonumber(redis.call('HGET', KEYS[1], 'r') or 0) - now
remember(math.max(tonumber(ARGV[2]), tonumber(ARGV[3]), rest))
return 1
`)

/** KEYS: lease. ARGV: token, restMs, channel of those who wait. In a cluster, messages reach every node. */
export const RELEASE: Script = new Script(`${NOW}${HELD_BY}
if not isHeldBy(ARGV[1]) then return 0 end
local rest = tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'u', '0', 'r', rest > 0 and at(rest) or '0')
remember(rest)
redis.call('PUBLISH', ARGV[3], '')
return 1
`)

/** KEYS: lease. Answers whether somebody holds it. */
export const IS_HELD: Script = new Script(`${NOW}
return now < tonumber(redis.call('HGET', KEYS[1], 'u') or 0) and 1 or 0
`)
