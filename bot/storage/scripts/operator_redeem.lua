-- KEYS: invitation, operators. ARGV: user id, the invitation as read, the operator it makes.
-- Answers 1 for the one who redeemed it, also when he asks again because the reply was lost.
if redis.call('GET', KEYS[1]) ~= ARGV[2] then
  return redis.call('HGET', KEYS[2], ARGV[1]) == ARGV[3] and 1 or 0
end
-- Gone and used in one step: of two who follow the link at once, one becomes an operator.
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
return 1
