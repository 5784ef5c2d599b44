-- KEYS: the seven, receipts of the chat, measures. ARGV: now, id, made, key, chat id.
-- Answers 1 when this broadcast will tell the chat, 0 when not, resync.
--
-- The counterpart of the cursor: someone who subscribed behind it, or between the reading of
-- candidates and their claim, is put into `later`; `known` keeps the cursor from telling him too.
local key, chat_id, bucket = ARGV[4], ARGV[5], KEYS[8]
local b = open(ARGV[2], now_ms(ARGV[1]))
if not b.state then return '0' end
if b.made ~= ARGV[3] then return 'resync' end
expire_if_due(b)
if b.state == 'cancelled' or b.state == 'expired' or b.now >= b.expires
    or redis.call('HEXISTS', b.hash, 'closed') == 1 then
  return '0'
end
local told = redis.call('HGET', bucket, chat_id)
local again = {[LETTER.unreachable] = 'unreachable', [LETTER.held] = 'held'}
local letter, cause = string.match(told or '', '^(%a)(.*)$')
if told and not again[letter] then return '0' end
if not told and known(b, key, bucket, chat_id) then return '1' end

redis.call('ZADD', b.later, b.now, key)
if told then
  -- Could not be reached or rested: counted once already, and about to end anew.
  redis.call('HDEL', bucket, chat_id)
  count(b, again[letter], -1)
  if cause ~= '' then redis.call('HINCRBY', KEYS[9], 'w:' .. cause, -1) end
else
  redis.call('HINCRBY', b.hash, 'audience', 1)
end
keep(b, b.later)
if b.state == 'done' then
  b.state = 'sending'
  redis.call('HSET', b.hash, 'state', 'sending', 'reopened', '1')
  redis.call('HDEL', b.hash, 'ended')
  redis.call('ZADD', b.active, b.lane * LANE_WIDTH, b.id)
end
rewake(b)
return '1'
