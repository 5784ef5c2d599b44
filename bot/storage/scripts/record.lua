-- KEYS: the seven, then receipts by index.
-- ARGV: now, id, uuid, made, then one for each entry, its words: key, end or '', message id or '',
-- due or '', index of receipts, and for a moved group its new key and index, or '' 0. Before due
-- stands a w where the wait is no failure, and a d where the chat may have been told already. One word each would double the time of a record.
-- Answers the standing, or resync.
local b = open(ARGV[2], now_ms(ARGV[1]))
if fenced(b, ARGV[3]) then return 'fenced' end
if not b.state then return 'stop' end
if b.made ~= ARGV[4] then return 'resync' end

local function ended(e)
  local value = e.ending == 'sent' and e.message or ''
  if value == '' then value = LETTER[e.ending] end
  if e.new_key ~= '' then
    -- Told once, known under both ids; a correction goes to the new one.
    receipt(b, e.bucket, e.chat_id, LETTER.moved)
    receipt(b, e.new_bucket, e.new_chat_id, value)
  else
    receipt(b, e.bucket, e.chat_id, value)
  end
  count(b, e.ending, 1)
end

local function postponed(e, tries)
  local key = e.key
  if e.new_key ~= '' then
    receipt(b, e.bucket, e.chat_id, LETTER.moved)
    if known(b, e.new_key, e.new_bucket, e.new_chat_id) then
      -- The group is told under its new id; this half of the audience ends here.
      count(b, 'suppressed', 1)
      return
    end
    key = e.new_key
  end
  local waits, doubt, due = string.match(e.due, '^(w?)(d?)(%d+)$')
  redis.call('ZADD', b.later, due, key)
  redis.call('HSET', b.attempts, key, (waits == 'w' and tries or tries + 1) .. doubt)
  keep(b, b.later)
  keep(b, b.attempts)
end

for i = 5, #ARGV do
  local key, ending, message, due, bucket, new_key, new_bucket =
    string.match(ARGV[i], '^(%S+) (%S*) (%d*) (w?d?%d*) (%d+) (%S*) (%d+)$')
  -- Only what is in flight is recorded: a repeated call, or a late one, finds nothing and counts
  -- nothing twice.
  local raw = redis.call('HGET', b.in_flight, key)
  if raw then
    redis.call('HDEL', b.in_flight, key)
    local e = {
      key = key, chat_id = string.sub(key, 2), ending = ending, message = message, due = due,
      bucket = KEYS[tonumber(bucket)], new_key = new_key, new_chat_id = string.sub(new_key, 2),
      new_bucket = KEYS[tonumber(new_bucket)],
    }
    if e.ending ~= '' then
      ended(e)
    else
      postponed(e, tonumber(string.match(raw, '^(%d+)')))
    end
  end
end

expire_if_due(b)
if redis.call('HEXISTS', b.hash, 'ended') == 0 then rewake(b) end
if b.state ~= 'sending' then return 'stop' end
return preempted(b) and 'preempt' or 'ok'
