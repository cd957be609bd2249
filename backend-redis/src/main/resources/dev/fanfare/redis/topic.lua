-- What all scripts know of topics. Numbers of 64 random bits (epochs, uids) stay strings: a number here holds 53.

local OPEN, CLOSED, DROPPED = 0, 1, 2
local HEAD = '>c8c8c8I8BI8I8I8I8I8I8I8I8I8I8'
local HEAD_SIZE = 113
local EVENT = '>I8c8c8I8'

-- A topic's head:
--   birth   the epoch of the first life that this key has seen: what was remembered of an earlier key is void
--   first   the offset of the first event in the list of its history; offset + 1 if there is none
--   age     how long an event stays readable
--   keep    when the topic is forgotten
--   bytes   of the messages in history
--   young   no event in history is older than this
--   safe    when Redis may throw the keys away, never before keep
--   events  how many events can be read; the list may have some more, which are let go together
local function unpack_head(packed)
  local epoch, birth, uid, offset, state, first, snapshot, created, changed, age, keep, bytes, young, safe, events =
    struct.unpack(HEAD, packed)
  return { -- made at once: a table that grows field by field costs as much as a write
    epoch = epoch, birth = birth, uid = uid, offset = offset, state = state, first = first, snapshot = snapshot,
    created = created, changed = changed, age = age, keep = keep, bytes = bytes, young = young, safe = safe,
    events = events, reason = string.sub(packed, HEAD_SIZE + 1),
  }
end

local function pack_head(topic)
  return struct.pack(HEAD, topic.epoch, topic.birth, topic.uid, topic.offset, topic.state, topic.first, topic.snapshot,
    topic.created, topic.changed, topic.age, topic.keep, topic.bytes, topic.young, topic.safe,
    topic.events) .. topic.reason
end

-- Returns the topic, or nil if it is forgotten, although Redis may not have thrown its keys away yet.
local function find(key, time)
  local packed = redis.call('GET', key)
  local topic = packed and unpack_head(packed)
  return topic and topic.keep > time and topic or nil
end

-- An event in history: its offset, its uid and that of the one before, its time, and what its publisher gave:
-- a byte of flags, the length of its name, the name, the message.
local function time_of(event)
  return (struct.unpack('>I8', event, 25))
end

local function message_size(event)
  return #event - 34 - string.byte(event, 34)
end

-- Sets `first` to the oldest event that can still be read, and returns how many entries of the list come before it.
-- A list that is not as long as the head says has been deleted: by hand, or by Redis for want of memory.
local function pass_over_old(topic, history, time)
  local listed = topic.offset - topic.first + 1
  if listed == 0 then
    return 0
  end
  if redis.call('LLEN', history) ~= listed then
    topic.first = topic.offset + 1
    return listed
  end
  local limit = math.max(time, topic.changed) - topic.age
  local low, high = math.max(0, listed - topic.events), listed
  if topic.young > limit then
    high = low
  end
  while low < high do
    local middle = math.floor((low + high) / 2)
    if time_of(redis.call('LINDEX', history, middle)) > limit then
      high = middle
    else
      low = middle + 1
    end
  end
  topic.first = topic.first + low
  return low
end
