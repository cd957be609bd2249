-- Takes the names of topics that are gone out of an index.
--
-- KEYS  the index, and the heads of the topics
-- ARGV  their names
local time = now()
for i = 1, #ARGV do
  if not find(KEYS[1 + i], time) then
    redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
