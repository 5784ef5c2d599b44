-- KEYS: shared list of the token, then for share and stop the list's hash, for join and leave what
-- the chat joined. ARGV: what, token, chat id, most who may join.
-- Answers a word; for share the token that holds.
--
-- A token and what it opens come and go in one step: one without the other would be a link that
-- nobody can take back.
local what, token, chat_id = ARGV[1], ARGV[2], ARGV[3]
local shared, mine = KEYS[1], KEYS[2]

if what == 'share' then
  local has = redis.call('HGET', mine, ':token')
  if has then return has end
  redis.call('HSET', mine, ':token', token)
  redis.call('HSET', shared, 'list', chat_id)
  return token
end

if what == 'stop' then
  if redis.call('HGET', mine, ':token') == token then redis.call('HDEL', mine, ':token') end
  redis.call('DEL', shared)
  return 'ok'
end

if what == 'leave' then
  redis.call('HDEL', shared, chat_id)
  if redis.call('GET', mine) == token then redis.call('DEL', mine) end
  return 'ok'
end

local owner = redis.call('HGET', shared, 'list')
if not owner then return 'gone' end
if owner == chat_id then return 'own' end
if redis.call('HEXISTS', shared, chat_id) == 0 then
  if redis.call('HLEN', shared) > tonumber(ARGV[4]) then return 'full' end
  redis.call('HSET', shared, chat_id, 1)
end
redis.call('SET', mine, token)
return 'joined'
