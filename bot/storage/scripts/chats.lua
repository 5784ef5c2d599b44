-- KEYS: chat hashes, place sets and sets of places, named by index.
-- ARGV: JSON list of changes {id, chat, seen, fields, ttl, leave, enter}; `seen` are the values
-- of the names below as they were read, `leave` and `enter` are [place set, set of places, place].
-- Answers 1, or 0 when a chat is not as it was read.
--
-- All changes or none, hash and memberships in one step: a crash or another writer in between
-- would leave a chat that believes it is warned and is in no set.
local NAMES = {'k', 'l', 'p', 's', 't', 'h', 'n', 'a', 'q', 'm'}
local changes = cjson.decode(ARGV[1])

for _, change in ipairs(changes) do
  local is = redis.call('HMGET', KEYS[change.chat], unpack(NAMES))
  for i = 1, #NAMES do
    if (is[i] or '') ~= change.seen[i] then return 0 end
  end
end

for _, change in ipairs(changes) do
  local chat = KEYS[change.chat]
  redis.call('DEL', chat)
  if #change.fields > 0 then redis.call('HSET', chat, unpack(change.fields)) end
  if change.ttl > 0 then redis.call('EXPIRE', chat, change.ttl) end
  for _, spot in ipairs(change.leave) do
    redis.call('ZREM', KEYS[spot[1]], change.id)
    -- The set of places names only places where somebody is: publish relies on it.
    if redis.call('EXISTS', KEYS[spot[1]]) == 0 then redis.call('SREM', KEYS[spot[2]], spot[3]) end
  end
  for _, spot in ipairs(change.enter) do
    redis.call('ZADD', KEYS[spot[1]], change.id, change.id)
    redis.call('SADD', KEYS[spot[2]], spot[3])
  end
end
return 1
