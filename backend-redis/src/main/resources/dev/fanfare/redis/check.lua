-- Does once what the other scripts do, on a key of the node's own: what a user may not do shows at the start.
--
-- KEYS  the node's own key
-- ARGV  the command that announces, the node's own channel
local key = KEYS[1]
redis.call('SET', key, 'check', 'PX', 60000)
redis.call('GET', key)
redis.call('PTTL', key)
redis.call('DEL', key)
redis.call('HSET', key, 'last', 0)
redis.call('HMGET', key, 'last')
redis.call('DEL', key)
redis.call('RPUSH', key, 'check')
redis.call('LLEN', key)
redis.call('LINDEX', key, 0)
redis.call('LRANGE', key, 0, 0)
redis.call('LPOP', key)
redis.call('ZADD', key, 0, 'check')
redis.call('ZRANGEBYLEX', key, '-', '+', 'LIMIT', 0, 1)
redis.call('ZRANDMEMBER', key, 1)
redis.call('ZREM', key, 'check')
redis.call('PEXPIRE', key, 60000)
redis.call(ARGV[1], ARGV[2], '')
return now()
