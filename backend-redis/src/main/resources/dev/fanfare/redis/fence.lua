-- Ends a session: of its batches none can be stored any more.
--
-- KEYS  the session
-- Returns the number of the last batch that was stored, and the answers to the last four, each where its number
-- modulo 4 says.
local known = redis.call('HMGET', KEYS[1], 'last', '0', '1', '2', '3')
redis.call('HSET', KEYS[1], 'fenced', 1)
redis.call('PEXPIRE', KEYS[1], 3600000)
return known
