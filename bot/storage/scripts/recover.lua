-- KEYS: the seven, then chat hashes and receipts of earlier broadcasts by index.
-- ARGV: now, id, uuid, then four for each candidate: key, chat id, index of chat, of receipts with
-- messages to answer or 0. Answers rows of those that are in flight.
--
-- Fenced like a claim: a replica that lost the role must not send what its successor took over.
local b = open(ARGV[2], now_ms(ARGV[1]))
if fenced(b, ARGV[3]) then return {} end
local rows = {}
for i = 4, #ARGV, 4 do
  local raw = redis.call('HGET', b.in_flight, ARGV[i])
  if raw then
    -- Whoever had it in hand may have sent it.
    local tries = string.match(raw, '^(%d+)') .. 'd'
    rows[#rows + 1] = row(ARGV[i], tries, KEYS[tonumber(ARGV[i + 2])], ARGV[i + 3], ARGV[i + 1])
  end
end
return rows
