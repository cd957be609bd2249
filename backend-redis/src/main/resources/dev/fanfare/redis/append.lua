-- Stores a batch of events of one partition, in order, and announces them.
--
-- KEYS  the sender's session; the index of each app; and for each event the head, history and snapshot of its topic,
--       and its idempotency key if it has one
-- ARGV  the batch's number in the session, the command that announces, the length of what comes before the topic in
--       the key of a head, what comes before the topic in the name of a channel, the size up to which an event is
--       announced whole, the number of apps, the number of policies; the channel of each app; each policy;
--       and for each event its order and its record
--
-- Returns the results as one string, then names of topics that may be gone; nil if the batch is not the session's next.

local session = KEYS[1]
local number, announce, prefix_size, channel_prefix = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), ARGV[4]
local inline_size, app_count, policy_count = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local known = redis.call('HMGET', session, 'last', 'fenced')
if known[2] or tonumber(known[1] or 0) ~= number - 1 then
  return false
end
redis.call('HSET', session, 'last', number) -- the first write: when memory is full it fails, and nothing has changed

local KEEP, SNAPSHOT, CLOSE, CLOSE_WITH_SNAPSHOT, REOPEN, DROP = 0, 1, 2, 3, 4, 5
local NO_EPOCH, NO_UID, NO_TAG = string.rep('\0', 8), string.rep('\0', 8), string.rep('\0', 4)
local time = now()
local policies = {}
for i = 1, policy_count do
  local policy = {}
  policy.events, policy.bytes, policy.age, policy.idle, policy.tombstone, policy.idempotency =
    struct.unpack('>I8I8I8I8I8I8', ARGV[7 + app_count + i])
  policies[i] = policy
end

local results, suspects = {}, {}
local next_key, next_argument = 2 + app_count, 8 + app_count + policy_count

local function take_order()
  local packed = ARGV[next_argument]
  local effect, flags, app, policy, uid, epoch = struct.unpack('>BBBBc8c8', packed)
  local rest, key, expected_epoch, expected_offset, expected_tag = 21, nil, nil, nil, nil
  if flags % 2 == 1 then
    expected_epoch, expected_offset, expected_tag = struct.unpack('>c8I8c4', packed, rest)
    rest = 41
  end
  if flags >= 2 then
    key = KEYS[next_key + 3]
  end
  local order = {
    effect = effect, uid = uid, epoch = epoch, policy = policies[policy], record = ARGV[next_argument + 1],
    reason = string.sub(packed, rest), index = KEYS[1 + app], app_channel = ARGV[7 + app], head = KEYS[next_key],
    history = KEYS[next_key + 1], snapshot = KEYS[next_key + 2], key = key, expected_epoch = expected_epoch,
    expected_offset = expected_offset, expected_tag = expected_tag,
  }
  next_key, next_argument = next_key + (key and 4 or 3), next_argument + 2
  return order
end

local function name_of(order)
  local from = string.find(order.head, '\31', prefix_size + 1, true)
  return string.sub(order.head, from + 1)
end

local function duplicate(order, topic, at)
  local used = order.key and topic and redis.call('GET', order.key)
  if not used then
    return nil
  end
  local birth, until_time = struct.unpack('>c8I8', used)
  return birth == topic.birth and until_time > at and 'D' .. string.sub(used, 17) or nil
end

local function is_expected(order, topic)
  if not order.expected_epoch then
    return true
  end
  if not topic or topic.state == DROPPED then
    return order.expected_epoch == NO_EPOCH and order.expected_offset == 0 and order.expected_tag == NO_TAG
  end
  return order.expected_epoch == topic.epoch and order.expected_offset == topic.offset
    and order.expected_tag == string.sub(topic.uid, 5)
end

local function head_now(order, topic)
  if not topic then
    return '\0'
  end
  pass_over_old(topic, order.history, time)
  local packed = pack_head(topic)
  return string.char(#packed) .. packed
end

-- Returns the result of an order that is not carried out; nil if it is.
local function refusal(order, topic, at)
  local used = duplicate(order, topic, at)
  if used then
    return used
  end
  local closed = topic and topic.state == CLOSED
  if closed and order.effect ~= REOPEN and order.effect ~= DROP then
    return 'C' .. head_now(order, topic)
  end
  local has_life = topic and topic.state ~= DROPPED
  if is_expected(order, topic) and (order.effect ~= DROP or has_life) and (order.effect ~= REOPEN or closed) then
    return nil
  end
  return 'X' .. head_now(order, topic)
end

-- Begins a life of the topic. The event that follows is its first.
local function begin(order, before, at)
  redis.call('DEL', order.history, order.snapshot)
  local name = name_of(order)
  redis.call('ZADD', order.index, 0, name)
  redis.call(announce, order.app_channel, name)
  for _, other in ipairs(redis.call('ZRANDMEMBER', order.index, 2)) do
    if other ~= name then
      suspects[#suspects + 1] = order.index
      suspects[#suspects + 1] = other
    end
  end
  return {
    epoch = order.epoch, birth = before and before.birth or order.epoch, uid = NO_UID, offset = 0, state = OPEN,
    first = 1, snapshot = 0, created = at, changed = at, age = 0, keep = 0, bytes = 0, young = at,
    safe = before and before.safe or 0, reason = '',
  }
end

-- Sets how long the topic is kept. Redis is told of it a quarter of that time ahead, so that few events have to.
local function keep(order, topic)
  local span = topic.state == OPEN and order.policy.idle or order.policy.tombstone
  topic.keep = topic.changed + span
  topic.age = order.policy.age
  if topic.keep <= topic.safe then
    return false
  end
  topic.safe = topic.keep + math.floor(span / 4) + 60000000
  return true
end

local function millis_left(topic)
  return math.ceil((topic.safe - time) / 1000)
end

local function forget_first(topic, history)
  local event = redis.call('LPOP', history)
  topic.first = topic.first + 1
  topic.bytes = topic.bytes - message_size(event)
  topic.young = time_of(event)
end

-- Lets go of what the policy no longer keeps.
local function trim(topic, history, policy)
  local limit = topic.changed - policy.age
  while topic.first <= topic.offset do
    local events = topic.offset - topic.first + 1
    if events > policy.events or (topic.bytes > policy.bytes and events > 1) then
      forget_first(topic, history)
    elseif topic.young <= limit then
      topic.young = time_of(redis.call('LINDEX', history, 0))
      if topic.young > limit then
        return
      end
      forget_first(topic, history)
    else
      return
    end
  end
end

local function add_to_history(order, topic, event)
  local size = message_size(event)
  local listed = redis.call('RPUSH', order.history, event)
  if listed ~= topic.offset - topic.first + 1 then -- Redis has thrown the list away
    if listed > 1 then
      redis.call('DEL', order.history)
      redis.call('RPUSH', order.history, event)
    end
    topic.first, topic.bytes, listed = topic.offset, 0, 1
  end
  topic.bytes = topic.bytes + size
  if listed == 1 then
    topic.young = topic.changed
    redis.call('PEXPIRE', order.history, millis_left(topic))
  end
  trim(topic, order.history, order.policy)
end

local function let_history_go(order, topic)
  if topic.first < topic.offset then
    redis.call('DEL', order.history)
  end
  topic.first, topic.bytes = topic.offset + 1, 0
end

local function drop(order, topic)
  topic.state, topic.reason = DROPPED, 'dropped'
  topic.first, topic.bytes, topic.snapshot = topic.offset + 1, 0, 0
  redis.call('DEL', order.history, order.snapshot)
end

local function remember_key(order, topic)
  local ages = order.policy.idempotency
  redis.call('SET', order.key, struct.pack('>c8I8c8I8c8I8', topic.birth, topic.changed + ages, topic.epoch, topic.offset,
    topic.uid, topic.changed), 'PX', math.ceil(ages / 1000) + 1000)
end

-- Carries the order out, and returns its result.
local function store(order, found, at)
  local goes_on = found and found.state ~= DROPPED and order.effect ~= REOPEN
  local topic = goes_on and found or begin(order, found, at)
  local event = struct.pack(EVENT, topic.offset + 1, order.uid, topic.uid, at) .. order.record
  topic.offset, topic.uid, topic.changed = topic.offset + 1, order.uid, at
  if order.effect == CLOSE or order.effect == CLOSE_WITH_SNAPSHOT then
    topic.state, topic.reason = CLOSED, order.reason
  elseif order.effect == DROP then
    drop(order, topic)
    event = ''
  end
  local renewed = keep(order, topic)
  if event ~= '' then
    if order.policy.events > 0 then
      add_to_history(order, topic, event)
    else
      let_history_go(order, topic)
    end
    if order.effect == SNAPSHOT or order.effect == CLOSE_WITH_SNAPSHOT or order.effect == REOPEN then
      if topic.snapshot == 0 then
        redis.call('SET', order.snapshot, event, 'PX', millis_left(topic))
      else
        redis.call('SET', order.snapshot, event, 'KEEPTTL') -- half the price
      end
      topic.snapshot = topic.offset
    end
  end
  local packed = pack_head(topic)
  if renewed then
    local millis = millis_left(topic)
    redis.call('SET', order.head, packed, 'PX', millis)
    redis.call('PEXPIRE', order.history, millis)
    redis.call('PEXPIRE', order.snapshot, millis)
    if redis.call('PTTL', order.index) < millis then
      redis.call('PEXPIRE', order.index, millis)
    end
  else
    redis.call('SET', order.head, packed, 'KEEPTTL')
  end
  if order.key then
    remember_key(order, topic)
  end
  if #event > inline_size and order.policy.events > 0 then
    event = '' -- whoever needs it reads it
  end
  redis.call(announce, channel_prefix .. string.sub(order.head, prefix_size + 1), string.char(#packed) .. packed .. event)
  return 'A' .. struct.pack('>c8I8I8', topic.epoch, topic.offset, at)
end

while next_argument <= #ARGV do
  local order = take_order()
  local topic = find(order.head, time)
  local at = topic and math.max(time, topic.changed) or time
  results[#results + 1] = refusal(order, topic, at) or store(order, topic, at)
end

local reply = table.concat(results)
redis.call('HSET', session, number % 4, reply)
redis.call('PEXPIRE', session, 3600000)
return { reply, suspects }
