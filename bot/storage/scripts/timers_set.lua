-- KEYS: timers, how those of this advisory were met. ARGV: now, advisory, ms kept, then name and
-- due for each. Answers how many are new.
--
-- The hash outlives the timer: an advisory that is said again after a restart sets nothing anew.
local now, new, last = now_ms(ARGV[1]), 0, 0
for i = 4, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[2], ARGV[i], 'waits') == 1 then
    redis.call('ZADD', KEYS[1], ARGV[i + 1], ARGV[2] .. ' ' .. ARGV[i])
    new = new + 1
  end
  last = math.max(last, tonumber(ARGV[i + 1]))
end
local kept = math.max(last - now, 0) + tonumber(ARGV[3])
redis.call('PEXPIRE', KEYS[2], math.max(kept, redis.call('PTTL', KEYS[2])))
return new
