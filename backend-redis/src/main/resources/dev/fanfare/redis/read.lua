-- Looks at a topic.
--
-- KEYS  its head, history and snapshot
-- ARGV  the epoch and the offset after which events are wanted, how many bytes of messages, whether the snapshot
-- Returns the head, the snapshot, whether there is more, and the events; nil for a topic that is not known.
local time = now()
local topic = find(KEYS[1], time)
if not topic then
  return false
end
local after = ARGV[1] == topic.epoch and tonumber(ARGV[2]) or 0
local most = tonumber(ARGV[3])
local listed = topic.offset - topic.first + 1
local bytes_each = listed > 0 and topic.bytes / listed or 0
local skipped = pass_over_old(topic, KEYS[2], time)

local snapshot = topic.snapshot > 0 and ARGV[4] == '1' and redis.call('GET', KEYS[3]) or false
if topic.snapshot > 0 and ARGV[4] == '1' and not snapshot then
  topic.snapshot = 0 -- Redis has thrown it away
end

local view = { pack_head(topic), snapshot, 0 }
local from = skipped + math.max(0, after + 1 - topic.first)
local size = 0
-- What a topic holds can be more than a script should take at once.
local step = math.max(1, math.min(256, math.floor(most / (bytes_each + 1))))
while most > 0 and from < listed do
  for _, event in ipairs(redis.call('LRANGE', KEYS[2], from, from + step - 1)) do
    size = size + message_size(event)
    if size > most and #view > 3 then
      view[3] = 1
      return view
    end
    view[#view + 1] = event
  end
  from = from + step
end
return view
