-- Drops topics and forgets them, without a tombstone.
--
-- KEYS  the app's index; for each topic its head, history and snapshot
-- ARGV  the command that announces; for each topic its name, its channel, and a uid for its drop
local time = now()
for i = 1, (#ARGV - 1) / 3 do
  local key, argument = 3 * i - 1, 3 * i - 1
  local topic = find(KEYS[key], time)
  redis.call('DEL', KEYS[key], KEYS[key + 1], KEYS[key + 2])
  redis.call('ZREM', KEYS[1], ARGV[argument])
  if topic and topic.state ~= DROPPED then
    topic.state, topic.reason = DROPPED, 'dropped'
    topic.offset, topic.uid, topic.changed = topic.offset + 1, ARGV[argument + 2], math.max(time, topic.changed)
    topic.first, topic.bytes, topic.snapshot = topic.offset + 1, 0, 0
    local packed = pack_head(topic)
    redis.call(ARGV[1], ARGV[argument + 1], string.char(#packed) .. packed)
  end
end
