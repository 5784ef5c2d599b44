-- KEYS: the seven, then receipts by index.
-- ARGV: now, id, uuid, made, then nine for each entry: key, chat id, end or '', message id or '',
-- due (behind a w where the wait is no failure) or '', index of receipts, and for a moved group its new key, chat id and index, or '' '' 0.
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
  local waits, due = string.match(e.due, '^(w?)(%d+)$')
  redis.call('ZADD', b.later, due, key)
  redis.call('HSET', b.attempts, key, waits == 'w' and tries or tries + 1)
  keep(b, b.later)
  keep(b, b.attempts)
end

for i = 5, #ARGV, 9 do
  -- Only what is in flight is recorded: a repeated call, or a late one, finds nothing and counts
  -- nothing twice.
  local raw = redis.call('HGET', b.in_flight, ARGV[i])
  if raw then
    redis.call('HDEL', b.in_flight, ARGV[i])
    local e = {
      key = ARGV[i], chat_id = ARGV[i + 1], ending = ARGV[i + 2], message = ARGV[i + 3],
      due = ARGV[i + 4], bucket = KEYS[tonumber(ARGV[i + 5])],
      new_key = ARGV[i + 6], new_chat_id = ARGV[i + 7], new_bucket = KEYS[tonumber(ARGV[i + 8])],
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
