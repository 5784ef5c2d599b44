-- KEYS: roll-call, its answers, its counts; for answer a person's index too; for move the same three
-- under the new id. ARGV: now, what, id, then:
--   open    chat id, time to live in ms, fields...   answers 1, or 0 while another one is open
--   answer  field, answer, value, chat id, ms        answers closed, same, changed or new
--   end                                              answers 1 the first time
--   move    new chat id
--   forget  field
local hash, answers, counts, what, id = KEYS[1], KEYS[2], KEYS[3], ARGV[2], ARGV[3]

local function is_open()
  return redis.call('HGET', hash, 'open') == '1'
end

local function drop(field)
  local before = redis.call('HGET', answers, field)
  if not before then return nil end
  redis.call('HDEL', answers, field)
  redis.call('HINCRBY', counts, string.match(before, '^(%a+)'), -1)
  return before
end

if what == 'open' then
  local here = redis.call('HGET', hash, 'id')
  if here == id then return 1 end
  if is_open() then return 0 end
  redis.call('DEL', hash, answers, counts)
  redis.call('HSET', hash, 'id', id, 'open', '1', unpack(ARGV, 6))
  redis.call('PEXPIRE', hash, ARGV[5])
  return 1
end
if what == 'move' then
  if redis.call('EXISTS', hash) == 0 or redis.call('EXISTS', KEYS[4]) == 1 then return 0 end
  -- The message with the counter stays behind under the old id; a new one is written.
  redis.call('HSET', hash, 'message', '0', 'thread', '')
  for i = 1, 3 do
    if redis.call('EXISTS', KEYS[i]) == 1 then redis.call('RENAME', KEYS[i], KEYS[i + 3]) end
  end
  return 1
end
if what == 'forget' then
  return drop(ARGV[4]) and 1 or 0
end
if redis.call('HGET', hash, 'id') ~= id or not is_open() then
  return what == 'end' and 0 or 'closed'
end
if what == 'end' then
  redis.call('HSET', hash, 'open', '0')
  return 1
end
local field, answer, value, chat_id, ttl = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local before = redis.call('HGET', answers, field)
if before and string.match(before, '^(%a+)') == answer then return 'same' end
drop(field)
redis.call('HSET', answers, field, value)
redis.call('HINCRBY', counts, answer, 1)
redis.call('SADD', KEYS[4], chat_id)
for _, key in ipairs({hash, answers, counts, KEYS[4]}) do redis.call('PEXPIRE', key, ttl) end
return before and 'changed' or 'new'
