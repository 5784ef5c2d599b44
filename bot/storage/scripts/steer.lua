-- KEYS: the seven. ARGV: now, id, cancel | halt | resume | pay | free, reason.
-- Answers 1 when the broadcast is then as asked for.
local what, b = ARGV[3], open(ARGV[2], now_ms(ARGV[1]))
if not b.state then return 0 end
expire_if_due(b)

local function become(state)
  b.state = state
  redis.call('HSET', b.hash, 'state', state)
end

local over = redis.call('HEXISTS', b.hash, 'ended') == 1
if what == 'cancel' then
  if b.state == 'expired' then return 0 end
  if b.state == 'cancelled' then return 1 end
  become('cancelled')
  -- One that is done keeps its counts; being cancelled, nobody can join it any more.
  if not over then
    redis.call('ZADD', b.active, COUNTING_LANE * LANE_WIDTH, b.id)
    rewake(b)
  end
  return 1
end
if what == 'pay' or what == 'free' then
  if over or b.state == 'cancelled' or b.state == 'expired' then return 0 end
  redis.call('HSET', b.hash, 'paid', what == 'pay' and '1' or '0')
  redis.call('HDEL', b.hash, 'unpaid')
  return 1
end
if what == 'halt' and b.state == 'sending' then
  become('halted')
  redis.call('HSET', b.hash, 'reason', ARGV[4])
elseif what == 'resume' and b.state == 'halted' then
  become('sending')
  redis.call('HDEL', b.hash, 'reason')
end
if not over then rewake(b) end
return b.state == (what == 'halt' and 'halted' or 'sending') and 1 or 0
