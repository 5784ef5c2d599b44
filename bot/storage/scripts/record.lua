-- KEYS: the seven, measures, then receipts by index.
-- ARGV: now, id, uuid, made, then one for each entry, its words: key, end or '', message id or '',
-- due or '', index of receipts, for a moved group its new key and index, or '' 0, cause or '', and
-- how many ms it took until Telegram accepted it with the bucket of that, or '' ''. Before due
-- stands a w where the wait is no failure, and a d where the chat may have been told already. One
-- word each would double the time of a record.
-- Answers the standing, or resync.
local b = open(ARGV[2], now_ms(ARGV[1]))
if fenced(b, ARGV[3]) then return 'fenced' end
if not b.state then return 'stop' end
if b.made ~= ARGV[4] then return 'resync' end

-- Added up here and written once a batch: what is accepted together falls into few buckets.
local measures, sums, last = KEYS[8], {}, 0
-- Who joins a broadcast that was done is told long behind it, which says nothing of its speed.
local measured = redis.call('HEXISTS', b.hash, 'reopened') == 0

local function note(field, by)
  sums[field] = (sums[field] or 0) + by
end

-- Several chats hear of one pause; its time counts once.
local function rests(till)
  local known = tonumber(redis.call('HGET', measures, 'till') or '0')
  if till <= math.max(known, b.now) then return end
  note('paused', till - math.max(known, b.now))
  redis.call('HSET', measures, 'till', string.format('%.0f', till))
end

local function measure(e)
  if e.cause ~= '' then note('w:' .. e.cause, 1) end
  if measured and e.took ~= '' then
    note('t:' .. e.slot, 1)
    last = math.max(last, tonumber(e.took))
  end
end

local function ended(e)
  local value = e.ending == 'sent' and e.message or ''
  if value == '' then value = LETTER[e.ending] end
  -- Whoever comes back takes the cause along.
  if e.ending == 'unreachable' then value = value .. e.cause end
  if e.new_key ~= '' then
    -- Told once, known under both ids; a correction goes to the new one.
    receipt(b, e.bucket, e.chat_id, LETTER.moved)
    receipt(b, e.new_bucket, e.new_chat_id, value)
  else
    receipt(b, e.bucket, e.chat_id, value)
  end
  count(b, e.ending, 1)
  measure(e)
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
  if e.cause ~= '' then note('floods', 1) end
  if e.cause == 'rests' then rests(tonumber(due)) end
  redis.call('ZADD', b.later, due, key)
  redis.call('HSET', b.attempts, key, (waits == 'w' and tries or tries + 1) .. doubt)
  keep(b, b.later)
  keep(b, b.attempts)
end

for i = 5, #ARGV do
  local key, ending, message, due, bucket, new_key, new_bucket, cause, took, slot =
    string.match(ARGV[i], '^(%S+) (%S*) (%d*) (w?d?%d*) (%d+) (%S*) (%d+) (%S*) (%d*) (%d*)$')
  -- Only what is in flight is recorded: a repeated call, or a late one, finds nothing and counts
  -- nothing twice.
  local raw = redis.call('HGET', b.in_flight, key)
  if raw then
    redis.call('HDEL', b.in_flight, key)
    local e = {
      key = key, chat_id = string.sub(key, 2), ending = ending, message = message, due = due,
      bucket = KEYS[tonumber(bucket)], new_key = new_key, new_chat_id = string.sub(new_key, 2),
      new_bucket = KEYS[tonumber(new_bucket)], cause = cause, took = took, slot = slot,
    }
    if e.ending ~= '' then
      ended(e)
    else
      postponed(e, tonumber(string.match(raw, '^(%d+)')))
    end
  end
end

for field, by in pairs(sums) do redis.call('HINCRBY', measures, field, by) end
if last > tonumber(redis.call('HGET', measures, 'last') or '0') then
  redis.call('HSET', measures, 'last', last)
end
if next(sums) then keep(b, measures) end

expire_if_due(b)
if redis.call('HEXISTS', b.hash, 'ended') == 0 then rewake(b) end
if b.state ~= 'sending' then return 'stop' end
return preempted(b) and 'preempt' or 'ok'
