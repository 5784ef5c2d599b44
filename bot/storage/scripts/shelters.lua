-- KEYS: shelters, where they are, and the edition of both that takes their place.
--
-- In one step: whoever asks meanwhile gets the old list or the new one, never half of each.
redis.call('DEL', KEYS[1], KEYS[2])
for i = 3, 4 do
  if redis.call('EXISTS', KEYS[i]) == 1 then
    redis.call('RENAME', KEYS[i], KEYS[i - 2])
    redis.call('PERSIST', KEYS[i - 2])
  end
end
return redis.call('HLEN', KEYS[1])
