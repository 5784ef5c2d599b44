-- KEYS: events. ARGV: id, value that was told. What was left anew under its id stays.
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
return 1
