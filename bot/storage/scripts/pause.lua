-- KEYS: pace. ARGV: scope, until in ms, now or ''.
-- The maximum is taken here: two replicas that read, compared and wrote could shorten a pause.
local until_ms, now = tonumber(ARGV[2]), now_ms(ARGV[3])
local known = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if until_ms > known then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
-- The hash lives as long as its longest pause, and passed ones (a scope may be a chat) go.
local last, fields = now, redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local deadline = tonumber(fields[i + 1])
  if deadline <= now then
    redis.call('HDEL', KEYS[1], fields[i])
  else
    last = math.max(last, deadline)
  end
end
if last > now then
  redis.call('PEXPIRE', KEYS[1], last - now + 60000)
end
return 1
