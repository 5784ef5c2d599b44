-- KEYS: the seven, segments, places:channel, places:group, places:private, record of the advisory
-- that must stand, broadcasts whose report is owed, the newest broadcasts, hashes of told_by.
-- ARGV: now, id, made, lane, expires, manner, letters of the kinds, whether it closes what it
-- follows, the advisory that must stand or '', told_by, those of them that are there with their
-- buckets, answers with their buckets, own buckets, share of the places in percent or '', keys of
-- the chats it is for by name, how many chats places and names make, place ids. Answers 1, or 0 for
-- a duplicate.
--
-- Which places have subscribers is read here, in the step that makes the broadcast active: somebody
-- who subscribes at this moment is in a segment or sees the broadcast and joins it, never neither.
local id, made, kinds, closes = ARGV[2], ARGV[3], ARGV[7], ARGV[8] == '1'
local b = open(id, now_ms(ARGV[1]))
if b.state then
  -- The same call again, because its reply was lost, is no duplicate.
  return b.made == made and 1 or 0
end
-- Withdrawn between the decision to go on with it and this step: nothing of it may start any more.
if ARGV[9] ~= '' and redis.call('HGET', KEYS[12], 'state') ~= 'published' then return 0 end
b.state, b.expires, b.lane = 'sending', tonumber(ARGV[5]), tonumber(ARGV[4])

local segments = KEYS[8]
local batch = {}
local function push(segment)
  batch[#batch + 1] = segment
  if #batch == 1000 or (segment == nil and #batch > 0) then
    redis.call('RPUSH', segments, unpack(batch))
    batch = {}
  end
end

local function push_told(k, letter)
  for told_by, c, g, p in string.gmatch(ARGV[11], '([^%s:]+):(%d+):(%d+):(%d+)') do
    for bucket = 0, tonumber(({c, g, p})[k]) - 1 do
      push('r:' .. letter .. ':' .. bucket .. ':' .. told_by)
    end
  end
end

local function push_places(k, letter)
  for from = 17, #ARGV, 1000 do
    local to = math.min(from + 999, #ARGV)
    local inhabited = redis.call('SMISMEMBER', KEYS[8 + k], unpack(ARGV, from, to))
    for i, yes in ipairs(inhabited) do
      if yes == 1 then push('z:' .. letter .. ':' .. ARGV[from + i - 1]) end
    end
  end
end

for k, letter in ipairs({'c', 'g', 'p'}) do
  if string.find(kinds, letter, 1, true) then
    push_told(k, letter)
    push_places(k, letter)
  end
end
push(nil)

-- A pass over receipts remembers how many there were, so that later ones cause another pass.
local sent, named, expected = 0, ARGV[15] ~= '', tonumber(ARGV[16])
for i = 15, #KEYS do
  -- Those whose fate is unknown may have been told: a correction is for them too.
  local counts = redis.call('HMGET', KEYS[i], 'n:sent', 'n:unknown')
  local told = (tonumber(counts[1]) or 0) + (tonumber(counts[2]) or 0)
  sent = sent + told
  -- They are mostly the same chats again and again.
  expected = math.max(expected, told)
  named = named or redis.call('HEXISTS', KEYS[i], 'named') == 1
  -- Nobody joins a broadcast that has been corrected: the correction would pass him by.
  if closes and redis.call('EXISTS', KEYS[i]) == 1 then redis.call('HSET', KEYS[i], 'closed', '1') end
end
b.cursor = sent .. ':0:'
redis.call('HSET', b.hash, 'state', 'sending', 'lane', ARGV[4], 'expires', ARGV[5], 'made', made,
  'cursor', b.cursor, 'audience', 0, 'started', b.now, 'manner', ARGV[6], 'told_by', ARGV[10],
  'answers', ARGV[12], 'buckets', ARGV[13], 'expected', expected)
-- Who is named need not follow anything; what goes on from there reaches them too.
if named then redis.call('HSET', b.hash, 'named', '1') end
if ARGV[14] ~= '' then redis.call('HSET', b.hash, 'share', ARGV[14]) end
if ARGV[14] ~= '' or ARGV[15] ~= '' then redis.call('HSET', b.hash, 'closed', '1') end
for key in string.gmatch(ARGV[15], '%S+') do
  local new = redis.call('ZADD', b.later, b.now, key)
  redis.call('HINCRBY', b.hash, 'audience', new)
end
if named then keep(b, b.later) end
keep(b, b.hash)
keep(b, segments)
redis.call('ZADD', b.active, b.lane * LANE_WIDTH, id)
-- A mark on older messages tells nobody anything.
if ARGV[6] ~= 'edit' then
  redis.call('ZADD', KEYS[13], b.now, id)
  redis.call('ZADD', KEYS[14], b.now, id)
  redis.call('ZREMRANGEBYRANK', KEYS[14], 0, -101)
end
rewake(b)
return 1
