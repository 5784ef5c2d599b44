-- KEYS: audit, its span. ARGV: number, last hash, this hash, text, keep entries from this ms.
-- Answers 1 when the entry is the last one, 0 when another came first: chain it anew.
local last = redis.call('HGET', KEYS[2], 'hash') or ''
if last == ARGV[3] then return 1 end
if last ~= ARGV[2] then return 0 end
redis.call('XADD', KEYS[1], '*', 'number', ARGV[1], 'hash', ARGV[3], 'text', ARGV[4])
redis.call('XTRIM', KEYS[1], 'MINID', ARGV[5])
-- Where it begins is written down, so that what retention took is told from what somebody took.
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
redis.call('HSET', KEYS[2], 'hash', ARGV[3], 'last', ARGV[1], 'first', first[2][2])
return 1
