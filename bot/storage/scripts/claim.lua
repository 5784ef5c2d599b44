-- KEYS: the seven, served, then whatever the candidates name by index: chat hashes, receipts of
-- this broadcast, place sets, receipts of earlier broadcasts.
-- ARGV: now, id, uuid, made, ticket, cursor seen, cursor after, pause in ms or '', then one for
-- each candidate, its words: key, source (later | cursor), indices in KEYS of chat, receipts,
-- place set or 0, receipts with messages to answer or 0. One word each would double its time.
-- Answers {standing | resync, finished, next due or '', whether that is now, row...}.
--
-- The candidates were read before this script, without a lock; everything that made them
-- candidates is looked at again here.
local ticket, seen, after, pause = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local b = open(ARGV[2], now_ms(ARGV[1]))
local rows, FIRST = {}, 9

local function answer(standing, finished)
  local due = first_due(b)
  local reply = {
    standing, finished and 1 or 0, due and string.format('%.0f', due) or '',
    due and due <= b.now and 1 or 0,
  }
  for _, r in ipairs(rows) do reply[#reply + 1] = r end
  return reply
end

local function each(visit)
  for i = FIRST, #ARGV do
    local key, source, chat, bucket, place, told =
      string.match(ARGV[i], '^(%S+) (%S+) (%d+) (%d+) (%d+) ([%d,]+)$')
    -- Index 0 names no key.
    visit({
      key = key, chat_id = string.sub(key, 2), later = source == 'later',
      chat = KEYS[tonumber(chat)], bucket = KEYS[tonumber(bucket)],
      place = KEYS[tonumber(place)], told = told,
    })
  end
end

if fenced(b, ARGV[3]) then return {'fenced', 0, '', 0} end
if not b.state then
  -- Redis was flushed or the broadcast outlived its time: nothing can be done for it.
  redis.call('ZREM', b.active, b.id)
  redis.call('ZREM', b.wake, b.id)
  return {'stop', 1, '', 0}
end
-- Flushed and published again under the same id: the caller's buckets may be the old ones.
if b.made ~= ARGV[4] then return {'resync', 0, '', 0} end

if redis.call('HGET', b.hash, 'ticket') == ticket then
  -- The reply to this very claim was lost: give the same chats again, not the next ones.
  each(function(c)
    local raw = redis.call('HGET', b.in_flight, c.key)
    local tries, from = string.match(raw or '', '^(%d+d?):(.*)$')
    if from == ticket then rows[#rows + 1] = row(c.key, tries, c.chat, c.told, c.chat_id) end
  end)
  return answer(b.state == 'sending' and 'ok' or 'stop', redis.call('HEXISTS', b.hash, 'ended') == 1)
end

expire_if_due(b)
if redis.call('HEXISTS', b.hash, 'ended') == 1 then return answer('stop', true) end
if b.state == 'halted' then
  rewake(b)
  return answer('stop', false)
end
-- Nothing is counted while others have something to send, but what is held of it stops now.
if preempted(b) then return answer(b.state == 'sending' and 'preempt' or 'stop', false) end
-- Someone moved the cursor since it was read: these candidates may be behind it.
if b.cursor ~= seen then return answer('resync', false) end

local function finish(c, ending)
  receipt(b, c.bucket, c.chat_id, LETTER[ending])
  count(b, ending, 1)
end

local of = redis.call('HMGET', b.hash, 'named', 'share')
local named, share = of[1], of[2]

-- A postponed chat is in the audience already. One that said /stop since, or is gone, gets nothing;
-- one that the broadcast names, such as an operator, need not have chosen anything.
local function reachable(c)
  local state = redis.call('HMGET', c.chat, 'k', 's')
  return (state[1] or named) and not state[2]
end

-- Whether a chat agreed to drills that are for some only; `wishes.py` writes the word.
local function agreed(c)
  local chosen = redis.call('HGET', c.chat, 'q')
  return chosen and string.find(';' .. chosen .. ';', ';x;', 1, true)
end

local function take(c, tries)
  redis.call('HSET', b.in_flight, c.key, tries .. ':' .. ticket)
  rows[#rows + 1] = row(c.key, tries, c.chat, c.told, c.chat_id)
end

local counting, audience = b.state ~= 'sending', 0

local function visit_later(c)
  local due = redis.call('ZSCORE', b.later, c.key)
  if not due or (not counting and tonumber(due) > b.now) then return end
  local tries = redis.call('HGET', b.attempts, c.key) or '0'
  redis.call('ZREM', b.later, c.key)
  redis.call('HDEL', b.attempts, c.key)
  if counting then
    finish(c, string.find(tries, 'd') and 'unknown' or b.state)
  elseif redis.call('HEXISTS', c.bucket, c.chat_id) == 1 or not reachable(c) then
    -- Left, or told meanwhile: a group that moved while its send was under way.
    finish(c, 'suppressed')
  else
    take(c, tries)
  end
end

local function visit_next(c)
  if known(b, c.key, c.bucket, c.chat_id) then return end
  -- Left the place since it was read: was never in the audience.
  if c.place and not redis.call('ZSCORE', c.place, c.chat_id) then return end
  if c.place and share and not agreed(c) then return end
  audience = audience + 1
  if counting then
    finish(c, b.state)
  elseif not c.place and not reachable(c) then
    finish(c, 'suppressed')
  else
    take(c, '0')
  end
end

each(function(c)
  if c.later then visit_later(c) else visit_next(c) end
end)

-- The cursor passes these ids in the step that put them in flight: a crash on either side of this
-- script loses nobody.
b.cursor = after
redis.call('HSET', b.hash, 'cursor', after, 'ticket', ticket)
if pause ~= '' then
  b.paused = b.now + tonumber(pause)
  redis.call('HSET', b.hash, 'paused', b.paused)
elseif b.paused then
  b.paused = nil
  redis.call('HDEL', b.hash, 'paused')
end
if audience > 0 then redis.call('HINCRBY', b.hash, 'audience', audience) end
if #rows > 0 then keep(b, b.in_flight) end
local lane = counting and COUNTING_LANE or b.lane
redis.call('ZADD', b.active, lane * LANE_WIDTH + redis.call('INCR', KEYS[8]), b.id)

if after == 'end' and redis.call('HLEN', b.in_flight) == 0
    and redis.call('ZCARD', b.later) == 0 then
  if b.state == 'sending' then redis.call('HSET', b.hash, 'state', 'done') end
  redis.call('HSET', b.hash, 'ended', b.now)
  redis.call('ZREM', b.active, b.id)
  redis.call('ZREM', b.wake, b.id)
  return answer(counting and 'stop' or 'ok', true)
end
rewake(b)
return answer(counting and 'stop' or 'ok', false)
