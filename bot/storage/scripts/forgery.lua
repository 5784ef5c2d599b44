-- KEYS: the forgery, the ids that wait. ARGV: op, id, unix ms now, how long it is kept in ms,
-- then of `add` text, code, mark of the press and how many may wait; of `told` the count told.
local forgery, waiting, op, id, now = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]

if op == 'add' then
  -- redis-py repeats what got no answer: the same press counts once.
  if redis.call('HGET', forgery, 'last') == ARGV[7] then return 1 end
  if redis.call('EXISTS', forgery) == 0 then
    if redis.call('ZCARD', waiting) >= tonumber(ARGV[8]) then return 0 end
    redis.call('HSET', forgery, 'text', ARGV[5], 'code', ARGV[6])
  end
  redis.call('HINCRBY', forgery, 'count', 1)
  redis.call('HSET', forgery, 'last', ARGV[7])
  redis.call('PEXPIRE', forgery, ARGV[4])
  redis.call('ZADD', waiting, 'NX', now, id)
  return 1
end

if redis.call('EXISTS', forgery) == 1 then
  -- Its words are needed no longer.
  redis.call('HDEL', forgery, 'text')
  redis.call('HSET', forgery, 'told', ARGV[5], 'at', now)
  if tonumber(redis.call('HGET', forgery, 'count')) > tonumber(ARGV[5]) then return 1 end
end
redis.call('ZREM', waiting, id)
return 1
