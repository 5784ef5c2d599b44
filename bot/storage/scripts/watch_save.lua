-- KEYS: the watcher's lease, what it remembers. ARGV: uuid, memory as JSON.
-- A watcher whose lease passed on must not overwrite what its successor has told meanwhile.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1
