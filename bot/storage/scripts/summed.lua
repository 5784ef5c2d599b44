-- KEYS: the seven, receipts of the chat, measures. ARGV: now, id, made, chat id.
-- Answers 1, or 0 where nothing was held, or resync.
--
-- The chat has read in a summary what was held for it: it counts as told, by no message of its own.
local chat_id, bucket = ARGV[4], KEYS[8]
local b = open(ARGV[2], now_ms(ARGV[1]))
if not b.state then return '0' end
if b.made ~= ARGV[3] then return 'resync' end
if redis.call('HGET', bucket, chat_id) ~= LETTER.held then return '0' end
redis.call('HSET', bucket, chat_id, LETTER.sent)
count(b, 'held', -1)
count(b, 'sent', 1)
return '1'
