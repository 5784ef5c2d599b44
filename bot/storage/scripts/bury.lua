-- KEYS: stream, dead letters, ids of buried entries.
-- ARGV: group, entry id, letters kept, part of the entry or empty for all of it, then the letter's
-- fields and values.
--
-- One step: acknowledged without a letter would lose the advisory silently, a letter without the
-- acknowledgement would be written again by whoever claims the entry next. A part of a wrapper is
-- not acknowledged, for its other parts are still to be dealt with.
local part = ARGV[4]
if redis.call('SADD', KEYS[3], ARGV[2] .. part) == 1 then
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, 5))
end
redis.call('EXPIRE', KEYS[3], 90 * 24 * 3600)
if part == '' and redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
end
return 1
