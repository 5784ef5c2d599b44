-- KEYS: draft, open drafts, due drafts.
-- ARGV: now, id, expected version or 0 for a new one, nonce, state, data, by, what, payload, kept ms.
-- Answers the new version, or minus the version that stands there: somebody else was first.
local now, expected = now_ms(ARGV[1]), tonumber(ARGV[3])
local f = redis.call('HMGET', KEYS[1], 'version', 'nonce', 'state')
local version = tonumber(f[1] or '0')
-- The same call again, because the reply was lost, is no second change.
if f[2] == ARGV[4] then return version end
if version ~= expected then return -version end
if f[3] and f[3] ~= 'open' and not (f[3] == 'submitted' and ARGV[5] == 'queued') then
  return -version
end
redis.call('HSET', KEYS[1], 'version', version + 1, 'nonce', ARGV[4], 'state', ARGV[5],
  'data', ARGV[6], 'by', ARGV[7], 'what', ARGV[8], 'payload', ARGV[9], 'changed', now)
if expected == 0 then redis.call('HSET', KEYS[1], 'author', ARGV[7]) end
redis.call('PEXPIRE', KEYS[1], ARGV[10])
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[2])
if ARGV[5] == 'open' then redis.call('ZADD', KEYS[2], now, ARGV[2]) end
if ARGV[5] == 'submitted' then redis.call('ZADD', KEYS[3], now, ARGV[2]) end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[10]))
return version + 1
