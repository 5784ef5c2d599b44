-- KEYS: dispatcher. ARGV: acquire | renew | release, uuid, lease in ms.
-- Compare and change in one step: between a GET and a PEXPIRE or DEL from outside, the lease could
-- pass to another replica, and we would prolong or delete the role of that one.
local what, uuid, lease_ms = ARGV[1], ARGV[2], ARGV[3]
local holder = redis.call('GET', KEYS[1])
if holder == uuid then
  if what == 'release' then
    redis.call('DEL', KEYS[1])
  else
    redis.call('PEXPIRE', KEYS[1], lease_ms)
  end
  return 1
end
if not holder and what == 'acquire' then
  redis.call('SET', KEYS[1], uuid, 'PX', lease_ms)
  return 1
end
return 0
