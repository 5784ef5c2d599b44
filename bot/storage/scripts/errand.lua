-- KEYS: one queue of errands. ARGV: now, what, then:
--   add   member, delay in ms     an errand that is there already may only become due earlier
--   take  at most, lease in ms    answers [lease's end, member...]; who dies leaves them to others
--   done  member, lease's end, delay in ms or ''
--
-- A lease is the score itself: what was added anew while it was worked off has an earlier score,
-- and stays.
local queue, now, what = KEYS[1], now_ms(ARGV[1]), ARGV[2]
if what == 'add' then
  return redis.call('ZADD', queue, 'LT', now + tonumber(ARGV[4]), ARGV[3])
end
if what == 'take' then
  local till = now + tonumber(ARGV[4])
  local due = redis.call('ZRANGEBYSCORE', queue, '-inf', now, 'LIMIT', 0, ARGV[3])
  for _, member in ipairs(due) do redis.call('ZADD', queue, till, member) end
  return {string.format('%.0f', till), unpack(due)}
end
local score = redis.call('ZSCORE', queue, ARGV[3])
if score and tonumber(score) == tonumber(ARGV[4]) then
  if ARGV[5] == '' then
    redis.call('ZREM', queue, ARGV[3])
  else
    redis.call('ZADD', queue, now + tonumber(ARGV[5]), ARGV[3])
  end
end
return 1
