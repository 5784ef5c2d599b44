-- KEYS: dead letters. ARGV: the id behind which to read, how many at most.
-- Answers the last id read, then for each reason: reason, count, detail and source of its first one.
--
-- Counted here: of a flood of ten thousand, payloads and all, only a few lines leave the server.
local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
local last, order, heaps = ARGV[1], {}, {}
for _, entry in ipairs(entries) do
  last = entry[1]
  local said = {reason = '', detail = '', source = ''}
  for i = 1, #entry[2], 2 do
    if said[entry[2][i]] then said[entry[2][i]] = entry[2][i + 1] end
  end
  local heap = heaps[said.reason]
  if heap then
    heap[2] = heap[2] + 1
  else
    heaps[said.reason] = {said.reason, 1, said.detail, said.source}
    order[#order + 1] = said.reason
  end
end
local answer = {last}
for _, reason in ipairs(order) do
  for _, value in ipairs(heaps[reason]) do answer[#answer + 1] = value end
end
return answer
