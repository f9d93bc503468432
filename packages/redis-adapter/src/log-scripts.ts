import { Script } from './script.ts'

// The log is one hash, so that it is there as a whole or lost as a whole: whatever evicts, flushes or loses a part of it loses the epoch too.
//
//   epoch      which log this is; another one as soon as records may have been lost
//   head       position of the newest record
//   low        position of the newest record that was trimmed, 0 if none
//   purged     what is older than this counts as absent: the newest purge that was trimmed, and 0, for purges of a log before this one
//   newest     position of the newest purge, 0 if none
//   run        the server (its run_id) that the log was written under
//   bytes      of all records
//   first      when the oldest record was appended, milliseconds by the server's clock
//   life       the longest life of an entry, milliseconds: records live longer
//   1, 2, 3 …  records by position: see log-record.ts
//
// Positions are written by '%.0f': Lua would write a large one as 1e+15.

/**
 * What every script of the log begins with: the log as it stands, begun anew where there is none, or where another server has it. After a failover or a restart
 * the newest records may be lost, and others may already stand in their places; INFO is the one place that tells. Where a user may not ask for it, that is
 * not noticed.
 *
 * ARGV[1] is a name for a new log. With the server's time behind it, it is used once. Above stands `run`: the server by what the asker says, or ''.
 */
const OPEN = `
local key = KEYS[1]
local function text(number) return string.format('%.0f', number) end

local log = redis.pcall('HMGET', key, 'epoch', 'head', 'low', 'purged', 'newest', 'run', 'bytes', 'first', 'life')
if log.err then
  if not string.find(log.err, 'WRONGTYPE', 1, true) then return log end
  log = {}
end
local epoch, head, low, purged = log[1], tonumber(log[2]), tonumber(log[3]), tonumber(log[4])
local newest, bytes, first, life = tonumber(log[5]), tonumber(log[7]), tonumber(log[8]), tonumber(log[9]) or 0

if run == '' or run ~= log[6] then
  local info = redis.pcall('INFO', 'server')
  run = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
end

local isWhole = epoch and head and low and purged and newest and bytes and first
if not isWhole or (run ~= '' and run ~= log[6]) then
  local time = redis.call('TIME')
  epoch = ARGV[1] .. '-' .. time[1] .. '-' .. time[2]
  head, low, purged, newest, bytes, first = 0, 0, 0, 0, 0, 0
  redis.call('UNLINK', key)
  redis.call('HSET', key, 'epoch', epoch, 'head', 0, 'low', 0, 'purged', 0, 'newest', 0, 'run', run, 'bytes', 0, 'first', 0,
    'life', text(life))
end
`

/**
 * The records after a position. ARGV: name, epoch, position, how many at most, 1 where the answer may be left out if there is no news, and the server's
 * `run_id` as the asker knows it, or '': where it is that of the log, INFO is not asked, which takes more than half of the time.
 * Gives 0 then, else { epoch, head, low, purged, newest, position before the first record, records… }: nil for one that is missing.
 */
export const READ: Script = new Script(`local run = ARGV[6]
${OPEN}
local position, limit = tonumber(ARGV[3]), tonumber(ARGV[4])
local isKnown = ARGV[2] == epoch and position <= head
if isKnown and position == head and ARGV[5] == '1' then return 0 end

local from = isKnown and position >= low and position or low
local answer = { epoch, head, low, purged, newest, from }
local upTo = math.min(head, from + limit)
if upTo == from then return answer end
local positions = {}
for at = from + 1, upTo do positions[#positions + 1] = text(at) end
for _, record in ipairs(redis.call('HMGET', key, unpack(positions))) do answer[#answer + 1] = record end
return answer
`)

/**
 * One record more, whatever it names. ARGV: name, 1 for a purge or 0, settleMs, targets, channel, at most so many records, at most so many bytes, and
 * how long records live at least, in milliseconds.
 * Gives { epoch, position, low, purged, instant }, and publishes the first four, with the record unless it is long: then whoever hears of it reads it. Who may
 * not publish is heard of at the next heartbeat. What is over a limit is trimmed, oldest first; of what is merely old, eight at a time, which is more than comes in.
 */
export const APPEND: Script = new Script(`local run = ''
${OPEN}
local hard, maxRecords, maxBytes, minLife = ARGV[2] == '1', tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local record = text(now) .. ' ' .. ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4]
head = head + 1
bytes = bytes + #record
if hard then newest = head end
if head == low + 1 then first = now end
redis.call('HSET', key, text(head), record, 'head', text(head), 'newest', text(newest), 'bytes', text(bytes), 'first', text(first))

local trimmed = 0
local function isToGo()
  if head - low > maxRecords or bytes > maxBytes then return true end
  return trimmed < 8 and now - first > math.max(life, minLife)
end
while low < head and isToGo() do
  local oldest = redis.call('HGET', key, text(low + 1))
  low = low + 1
  trimmed = trimmed + 1
  bytes = bytes - (oldest and #oldest or 0)
  if not oldest or not string.find(oldest, '^%d+ 0 ') then purged = low end
  redis.call('HDEL', key, text(low))
  local after = redis.call('HGET', key, text(low + 1))
  first = after and tonumber(string.match(after, '^%d+')) or now
end
if trimmed > 0 then
  redis.call('HSET', key, 'low', text(low), 'purged', text(purged), 'bytes', text(bytes), 'first', text(first))
end

local message = epoch .. ' ' .. text(head) .. ' ' .. text(low) .. ' ' .. text(purged)
if #record <= 16384 then message = message .. ' ' .. record end
redis.pcall('PUBLISH', ARGV[5], message)
return { epoch, head, low, purged, now }
`)

/** Entries live so long. ARGV: name, milliseconds. Gives the epoch. */
export const OUTLIVE: Script = new Script(`local run = ''
${OPEN}
if tonumber(ARGV[2]) > life then redis.call('HSET', key, 'life', ARGV[2]) end
return epoch
`)
