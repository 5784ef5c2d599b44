-- KEYS: timers, how those of this advisory were met. ARGV: advisory, name, how.
-- Answers 1 for the one who settled it. What a timer starts is started before, under an id that
-- only the timer determines: two replicas, or a crash between the two, start it once.
redis.call('ZREM', KEYS[1], ARGV[1] .. ' ' .. ARGV[2])
if redis.call('HGET', KEYS[2], ARGV[2]) ~= 'waits' then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return 1
