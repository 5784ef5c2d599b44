-- Put in front of every script; a broadcast is the table that `open` makes of its KEYS.

-- Redis TIME is the one clock of all hosts; a test passes its own.
local function now_ms(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Receipts and all else of a broadcast outlive it by 30 days: corrections and edits need them.
local KEPT_MS = 30 * 24 * 3600 * 1000
-- Lane 9 is for counting what is left of a cancelled or expired broadcast: after all sending.
local COUNTING_LANE = 9
local LANE_WIDTH = 2 ^ 40

-- Every broadcast script begins its KEYS with these seven.
local function open(id, now)
  local b = {
    id = id, now = now, active = KEYS[1], wake = KEYS[2], hash = KEYS[3],
    in_flight = KEYS[4], later = KEYS[5], attempts = KEYS[6], dispatcher = KEYS[7],
  }
  local f = redis.call('HMGET', b.hash, 'state', 'expires', 'cursor', 'made', 'lane', 'paused')
  b.state, b.expires, b.cursor, b.made, b.lane = f[1], tonumber(f[2]), f[3], f[4], tonumber(f[5])
  b.paused = tonumber(f[6])
  return b
end

local function keep(b, key)
  redis.call('PEXPIRE', key, math.max(b.expires - b.now, 0) + KEPT_MS)
end

-- A replica whose role passed on must not move the cursor or write: its successor has already
-- taken over what is in flight.
local function fenced(b, uuid)
  return redis.call('GET', b.dispatcher) ~= uuid
end

local function first_due(b)
  local first = redis.call('ZRANGE', b.later, 0, 0, 'WITHSCORES')
  return first[2] and tonumber(first[2])
end

-- Keep `wake` true: from when this broadcast has something to do. Without an entry there is
-- nothing but chats in flight, and their record wakes it.
local function rewake(b)
  local due, at = first_due(b), nil
  if b.state == 'halted' then
    at = b.expires
  elseif b.cursor ~= 'end' then
    -- Paused: only the receipts of a broadcast under way are missing, which hold nobody up.
    local paused = b.state == 'sending' and b.paused
    at = paused and math.min(paused, due or paused, b.expires) or 0
  elseif due then
    at = b.state == 'sending' and math.min(due, b.expires) or 0
  elseif redis.call('HLEN', b.in_flight) == 0 then
    at = 0
  end
  if at then
    redis.call('ZADD', b.wake, at, b.id)
  else
    redis.call('ZREM', b.wake, b.id)
  end
end

-- Whether a strictly higher lane has something to do now; one that only waits for a retry or for
-- its chats in flight holds nobody up.
local function preempted(b)
  local mine = redis.call('ZSCORE', b.active, b.id)
  local lane = mine and math.floor(tonumber(mine) / LANE_WIDTH) or COUNTING_LANE
  if lane == 0 then return false end
  local higher = redis.call('ZRANGEBYSCORE', b.active, '-inf', '(' .. string.format('%.0f', lane * LANE_WIDTH))
  for _, id in ipairs(higher) do
    local at = redis.call('ZSCORE', b.wake, id)
    if at and tonumber(at) <= b.now then return true end
  end
  return false
end

-- Sending ends here at expiry, whoever looks first.
local function expire_if_due(b)
  if (b.state == 'sending' or b.state == 'halted') and b.now >= b.expires then
    b.state = 'expired'
    redis.call('HSET', b.hash, 'state', 'expired')
    redis.call('ZADD', b.active, COUNTING_LANE * LANE_WIDTH, b.id)
    rewake(b)
  end
end

local function count(b, ending, by)
  redis.call('HINCRBY', b.hash, 'n:' .. ending, by)
end

-- A receipt is a message id, or this letter for any other end.
local LETTER = {
  sent = 's', unreachable = 'u', rejected = 'r', expired = 'e', cancelled = 'c',
  suppressed = 'p', unknown = 'k', moved = 'm', held = 'h',
}

-- The first end of a chat stands; a second one would break the sum of the counts.
local function receipt(b, bucket, chat_id, value)
  if redis.call('HSETNX', bucket, chat_id, value) == 1 then
    keep(b, bucket)
    return true
  end
  return false
end

-- Whether a chat already has its place in this broadcast: met in another place, joined or told.
local function known(b, key, bucket, chat_id)
  return redis.call('HEXISTS', bucket, chat_id) == 1
      or redis.call('HEXISTS', b.in_flight, key) == 1
      or redis.call('ZSCORE', b.later, key)
end

-- What the dispatcher needs of a chat, in words: key, tries before this one (with a d behind them
-- where the chat may have been told already), language, topic or '', the message that this one
-- answers or changes or '', what the chat chose or '', and last, for it holds spaces, the shelter
-- that a person wrote down or ''. `told` are places in KEYS of the receipts that may hold that message, the newest first,
-- with commas between; 0 is none.
local function row(key, tries, chat, told, chat_id)
  local f = redis.call('HMGET', chat, 'l', 't', 'n', 'q')
  local answers = ''
  if told ~= '0' then
    for place in string.gmatch(told, '%d+') do
      local message = redis.call('HGET', KEYS[tonumber(place)], chat_id)
      if tonumber(message) then
        answers = message
        break
      end
    end
  end
  return table.concat({key, tries, f[1] or '', f[2] or '', answers, f[4] or '', f[3] or ''}, ' ')
end
