import { VALUE_AT } from './frame.ts'
import { Script } from './script.ts'

// Every script is given keys of one slot. What a frame says of itself stands at the places that frame.ts names.

/** What lies at `key`: the head of a frame and 'frame'; or nothing, and 'nothing', 'foreign' (another program's) or 'unreadable' (ours, of another version or cut off). */
export const HEAD: string = `
local function headAt(key)
  local head = redis.pcall('GETRANGE', key, 0, ${VALUE_AT - 1})
  if type(head) == 'table' then return nil, 'foreign' end
  if head == '' then return nil, 'nothing' end
  if string.sub(head, 1, 4) ~= 'SCRP' then return nil, 'foreign' end
  if #head < ${VALUE_AT} or string.byte(head, 5) ~= 1 then return nil, 'unreadable' end
  return head, 'frame'
end
`

/** The rules of `permits` in the core's precondition.ts. ARGV: kind; revision, or epoch of the asker; epoch of the log; position; token, or nothing. */
const PERMITS = `
local function compareTokens(a, b)
  for at = 1, 13, 4 do
    local x, y = struct.unpack('>I4', a, at), struct.unpack('>I4', b, at)
    if x ~= y then return x - y end
  end
  return 0
end
local function permits(head)
  local kind = ARGV[1]
  if kind == 'always' then return true end
  if kind == 'absent' then return head == nil end
  if kind == 'revision' then return head ~= nil and string.sub(head, 9, 24) == ARGV[2] end
  if head == nil then return true end
  local epoch = string.sub(head, 33, 48)
  if epoch ~= ARGV[2] then return epoch ~= ARGV[3] end
  local newer = struct.unpack('<d', head, 49) - tonumber(ARGV[4])
  if newer ~= 0 then return newer < 0 end
  return ARGV[5] == '' or compareTokens(string.sub(head, 57, 72), ARGV[5]) <= 0
end
`

/** A page kept under another full key has the same hash, and is as good as none. */
const STANDING = `
local function standing(key, fingerprint)
  local head, kind = headAt(key)
  if head ~= nil and string.sub(head, 25, 32) ~= fingerprint then return nil, 'other key' end
  return head, kind
end
`

/** Whoever was given the lease after the writer renders what is to stand here, though nothing of it may stand yet. */
const FENCED = `
local function isFenced()
  if ARGV[1] ~= 'generation' or ARGV[5] == '' then return false end
  if struct.unpack('>I4', ARGV[5], 1) > 0 or struct.unpack('>I4', ARGV[5], 5) > 0 then return false end
  local last = redis.pcall('HGET', KEYS[3], 't')
  if type(last) ~= 'string' then return false end
  return struct.unpack('>I4', ARGV[5], 9) * 4294967296 + struct.unpack('>I4', ARGV[5], 13) < tonumber(last)
end
`

/**
 * KEYS: page, index, lease. ARGV: 1–5 precondition, 6 fingerprint, 7 frame, 8 lifetime in ms, 9 what the index knows it by. The index lives as long as what it
 * names, and is written first: one that names nothing does no harm. Its first command must be one that a full Redis refuses: after another, it refuses none.
 */
export const WRITE: Script = new Script(`${HEAD}${STANDING}${PERMITS}${FENCED}
local head, kind = standing(KEYS[1], ARGV[6])
if kind == 'foreign' then return 'foreign' end
if not permits(head) or isFenced() then return 'superseded' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[8]), ARGV[9])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[8]) then redis.call('PEXPIRE', KEYS[2], ARGV[8]) end
redis.call('SET', KEYS[1], ARGV[7], 'PX', ARGV[8])
return 'stored'
`)

/** KEYS: page, index. ARGV: 1–5 precondition, 6 fingerprint, 7 what the index knows it by. */
export const DELETE: Script = new Script(`${HEAD}${STANDING}${PERMITS}
local head = standing(KEYS[1], ARGV[6])
if head == nil or not permits(head) then return 0 end
redis.call('ZREM', KEYS[2], ARGV[7])
return redis.call('UNLINK', KEYS[1])
`)

/** KEYS: page. ARGV: length and first bytes of what was read and could not be understood. What was written since stands. */
export const SWEEP: Script = new Script(`
if redis.call('STRLEN', KEYS[1]) ~= tonumber(ARGV[1]) then return 0 end
if redis.call('GETRANGE', KEYS[1], 0, ${VALUE_AT - 1}) ~= ARGV[2] then return 0 end
return redis.call('UNLINK', KEYS[1])
`)

/** KEYS: index, then pages. ARGV: epoch and position of the purge, then what the index knows each page by. Pages that were rendered since then stay. */
export const PURGE: Script = new Script(`${HEAD}
local purged = 0
for i = 2, #KEYS do
  local head = headAt(KEYS[i])
  local isNewer = head ~= nil and string.sub(head, 33, 48) == ARGV[1] and struct.unpack('<d', head, 49) >= tonumber(ARGV[2])
  if not isNewer then
    if head ~= nil then purged = purged + redis.call('UNLINK', KEYS[i]) end
    redis.call('ZREM', KEYS[1], ARGV[i + 1])
  end
end
return purged
`)
