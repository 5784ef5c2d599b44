-- KEYS: record, set of its state, code, and where it can be referred to, set of its identifier.
-- ARGV: now, id, nonce of this call, expires, sent or '', then fields and values.
-- Answers 1, or 0 when the id is known; the same call again is no repeat of the advisory.
local now, id, expires = now_ms(ARGV[1]), ARGV[2], tonumber(ARGV[4])
if redis.call('EXISTS', KEYS[1]) == 1 then
  return redis.call('HGET', KEYS[1], 'added') == ARGV[3] and 1 or 0
end
local KEPT = 90 * 24 * 3600 * 1000
local ttl = math.max(expires - now, 0) + KEPT

-- Record and indices in one step: a record that no index names would never be approved.
redis.call('HSET', KEYS[1], 'added', ARGV[3], unpack(ARGV, 6))
redis.call('PEXPIRE', KEYS[1], ttl)
redis.call('ZADD', KEYS[2], expires, id)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. string.format('%.0f', now - KEPT))
redis.call('SET', KEYS[3], id, 'PX', ttl)
if ARGV[5] ~= '' then
  redis.call('ZADD', KEYS[4], ARGV[5], id)
  redis.call('PEXPIRE', KEYS[4], math.max(ttl, redis.call('PTTL', KEYS[4])))
end
return 1
