-- KEYS: record, set of the expected state, set of the new one.
-- ARGV: id, expected, new state, ended by or '', nonce of this call, name of who decides or ''.
-- Answers 1 for the one who decided, also when he asks again because the reply was lost.
local f = redis.call('HMGET', KEYS[1], 'state', 'expires', 'decided')
if f[1] == ARGV[3] and f[3] == ARGV[5] then return 1 end
-- Compare and set: of two approvers, or an approver and a cancellation, one wins.
if f[1] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[3], 'decided', ARGV[5])
if ARGV[6] ~= '' then redis.call('HSET', KEYS[1], 'decided_by', ARGV[6]) end
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'ended_by', ARGV[4]) end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], f[2], ARGV[1])
return 1
