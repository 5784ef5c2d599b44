-- KEYS: the seven, segments, places:channel, places:group, places:private, hash of told_by.
-- ARGV: now, id, made, lane, expires, told_by, buckets of own receipts (3), of told_by's (3),
-- place ids. Answers 1, or 0 for a duplicate.
--
-- Which places have subscribers is read here, in the step that makes the broadcast active: somebody
-- who subscribes at this moment is in a segment or sees the broadcast and joins it, never neither.
local id, made, told_by = ARGV[2], ARGV[3], ARGV[6]
local b = open(id, now_ms(ARGV[1]))
if b.state then
  -- The same call again, because its reply was lost, is no duplicate.
  return b.made == made and 1 or 0
end
b.state, b.expires, b.lane = 'sending', tonumber(ARGV[5]), tonumber(ARGV[4])

local segments, told = KEYS[8], KEYS[12]
local batch = {}
local function push(segment)
  batch[#batch + 1] = segment
  if #batch == 1000 or (segment == nil and #batch > 0) then
    redis.call('RPUSH', segments, unpack(batch))
    batch = {}
  end
end

for k, letter in ipairs({'c', 'g', 'p'}) do
  if told_by ~= '' then
    for bucket = 0, tonumber(ARGV[9 + k]) - 1 do push('r:' .. letter .. ':' .. bucket) end
  end
  for from = 13, #ARGV, 1000 do
    local to = math.min(from + 999, #ARGV)
    local inhabited = redis.call('SMISMEMBER', KEYS[8 + k], unpack(ARGV, from, to))
    for i, yes in ipairs(inhabited) do
      if yes == 1 then push('z:' .. letter .. ':' .. ARGV[from + i - 1]) end
    end
  end
end
push(nil)

-- A pass over receipts remembers how many there were, so that later ones cause another pass.
local sent = 0
if told_by ~= '' then
  -- Those whose fate is unknown may have been told: a correction is for them too.
  local counts = redis.call('HMGET', told, 'n:sent', 'n:unknown')
  sent = (tonumber(counts[1]) or 0) + (tonumber(counts[2]) or 0)
  -- Nobody joins a broadcast that has been corrected: the correction would pass him by.
  if redis.call('EXISTS', told) == 1 then redis.call('HSET', told, 'closed', '1') end
end
b.cursor = sent .. ':0:'
redis.call('HSET', b.hash, 'state', 'sending', 'lane', ARGV[4], 'expires', ARGV[5], 'made', made,
  'cursor', b.cursor, 'audience', 0, 'started', b.now, 'told_by', told_by,
  'buckets', ARGV[7] .. ' ' .. ARGV[8] .. ' ' .. ARGV[9],
  'told_buckets', ARGV[10] .. ' ' .. ARGV[11] .. ' ' .. ARGV[12])
keep(b, b.hash)
keep(b, segments)
redis.call('ZADD', b.active, b.lane * LANE_WIDTH, id)
rewake(b)
return 1
