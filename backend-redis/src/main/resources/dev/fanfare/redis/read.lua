-- Looks at topics.
--
-- KEYS  of each topic: its head, history and snapshot
-- ARGV  of each topic: the epoch and the offset after which events are wanted, how many bytes of messages, whether the
--       snapshot
-- Returns for each the head, the snapshot, whether there is more, and the events; nil for a topic that is not known.
local time = now()

local function view(head, history, key, epoch, offset, most, with_snapshot)
  local topic = find(head, time)
  if not topic then
    return false
  end
  local after = epoch == topic.epoch and offset or 0
  local listed = topic.offset - topic.first + 1
  local bytes_each = listed > 0 and topic.bytes / listed or 0
  local skipped = pass_over_old(topic, history, time)

  local snapshot = topic.snapshot > 0 and with_snapshot and redis.call('GET', key) or false
  if topic.snapshot > 0 and with_snapshot and not snapshot then
    topic.snapshot = 0 -- Redis has thrown it away
  end

  local seen = { pack_head(topic), snapshot, 0 }
  local from = skipped + math.max(0, after + 1 - topic.first)
  local size = 0
  -- What a topic holds can be more than a script should take at once.
  local step = math.max(1, math.min(256, math.floor(most / (bytes_each + 1))))
  while most > 0 and from < listed do
    for _, event in ipairs(redis.call('LRANGE', history, from, from + step - 1)) do
      size = size + message_size(event)
      if size > most and #seen > 3 then
        seen[3] = 1
        return seen
      end
      seen[#seen + 1] = event
    end
    from = from + step
  end
  return seen
end

local views = {}
for i = 1, #KEYS / 3 do
  local key, argument = 3 * i - 2, 4 * i - 3
  views[i] = view(KEYS[key], KEYS[key + 1], KEYS[key + 2], ARGV[argument], tonumber(ARGV[argument + 1]),
    tonumber(ARGV[argument + 2]), ARGV[argument + 3] == '1')
end
return views
