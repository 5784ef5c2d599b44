-- KEYS: operators. ARGV: user id, what stands there now or '', what is to stand there or ''.
-- Answers 1 when it then is as asked for: of two owners at once one gets 0.
local now = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if now == ARGV[3] then return 1 end
if now ~= ARGV[2] then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 1
