-- Sends a node a message from itself, by way of a write: a replica refuses it.
--
-- KEYS  the node's own key
-- ARGV  the command that announces, the node's own channel, the message
redis.call('SET', KEYS[1], ARGV[3], 'PX', 60000)
redis.call(ARGV[1], ARGV[2], ARGV[3])
