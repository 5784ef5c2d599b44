-- KEYS: the seven. ARGV: now, id, uuid, tenths of a Star spent in all, why it is paid no longer or ''.
-- Answers the standing.
--
-- The sum is the dispatcher's own and only grows: said twice, late, or after a rollback it is
-- still right.
local b = open(ARGV[2], now_ms(ARGV[1]))
if fenced(b, ARGV[3]) then return 'fenced' end
if not b.state then return 'stop' end
local known = tonumber(redis.call('HGET', b.hash, 'spent') or '0')
if tonumber(ARGV[4]) > known then redis.call('HSET', b.hash, 'spent', ARGV[4]) end
if ARGV[5] ~= '' then redis.call('HSET', b.hash, 'unpaid', ARGV[5]) end
return 'ok'
