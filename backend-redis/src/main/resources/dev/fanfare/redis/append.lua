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

local call, pack, unpack = redis.call, struct.pack, struct.unpack
local session = KEYS[1]
local number, announce, prefix_size, channel_prefix = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), ARGV[4]
local inline_size, app_count, policy_count = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local known = call('HMGET', session, 'last', 'fenced')
if known[2] or tonumber(known[1] or 0) ~= number - 1 then
  return false
end
call('HSET', session, 'last', number) -- the first write: when memory is full it fails, and nothing has changed

local MOST_SURPLUS = 16 -- by how many events a list outgrows what its policy keeps, before they are let go
local KEEP, SNAPSHOT, CLOSE, CLOSE_WITH_SNAPSHOT, REOPEN, DROP = 0, 1, 2, 3, 4, 5
local NO_EPOCH, NO_UID, NO_TAG = string.rep('\0', 8), string.rep('\0', 8), string.rep('\0', 4)
local time = now()
local policies = {}
for i = 1, policy_count do
  local policy = {}
  policy.events, policy.bytes, policy.age, policy.idle, policy.tombstone, policy.idempotency =
    unpack('>I8I8I8I8I8I8', ARGV[7 + app_count + i])
  policies[i] = policy
end

local results, suspects = {}, {}
local next_key, next_argument = 2 + app_count, 8 + app_count + policy_count

local function take_order()
  local packed = ARGV[next_argument]
  local effect, flags, app, policy, uid, epoch = unpack('>BBBBc8c8', packed)
  local rest, key, expected_epoch, expected_offset, expected_tag = 21, nil, nil, nil, nil
  if flags % 2 == 1 then
    expected_epoch, expected_offset, expected_tag = unpack('>c8I8c4', packed, rest)
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
  local used = order.key and topic and call('GET', order.key)
  if not used then
    return nil
  end
  local birth, until_time = unpack('>c8I8', used)
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
  call('DEL', order.history, order.snapshot)
  local name = name_of(order)
  call('ZADD', order.index, 0, name)
  call(announce, order.app_channel, name)
  for _, other in ipairs(call('ZRANDMEMBER', order.index, 2)) do
    if other ~= name then
      suspects[#suspects + 1] = order.index
      suspects[#suspects + 1] = other
    end
  end
  return {
    epoch = order.epoch, birth = before and before.birth or order.epoch, uid = NO_UID, offset = 0, state = OPEN,
    first = 1, snapshot = 0, created = at, changed = at, age = 0, keep = 0, bytes = 0, young = at,
    safe = before and before.safe or 0, events = 0, reason = '',
  }
end

-- Sets how long the topic is kept. Redis is told of it a quarter of that time ahead, so that few events have to.
local function keep(order, topic)
  local span = topic.state == OPEN and order.policy.idle or order.policy.tombstone
  topic.keep = topic.changed + span
  topic.age = order.policy.age
  topic.events = order.policy.events
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
  local event = call('LPOP', history)
  topic.first = topic.first + 1
  topic.bytes = topic.bytes - message_size(event)
  topic.young = time_of(event)
end

-- Lets go of what the policy no longer keeps, and of all but the last `most` events.
local function trim(topic, history, policy, most)
  local limit = topic.changed - policy.age
  while topic.first <= topic.offset do
    local events = topic.offset - topic.first + 1
    if events > most or (topic.bytes > policy.bytes and events > 1) then
      forget_first(topic, history)
    elseif topic.young <= limit then
      topic.young = time_of(call('LINDEX', history, 0))
      if topic.young > limit then
        return
      end
      forget_first(topic, history)
    else
      return
    end
  end
end

local function add_to_history(order, topic, event, most)
  local size = message_size(event)
  local listed = call('RPUSH', order.history, event)
  if listed ~= topic.offset - topic.first + 1 then -- Redis has thrown the list away
    if listed > 1 then
      call('DEL', order.history)
      call('RPUSH', order.history, event)
    end
    topic.first, topic.bytes, listed = topic.offset, 0, 1
  end
  topic.bytes = topic.bytes + size
  if listed == 1 then
    topic.young = topic.changed
    call('PEXPIRE', order.history, millis_left(topic))
  end
  trim(topic, order.history, order.policy, most)
end

local function let_history_go(order, topic)
  if topic.first < topic.offset then
    call('DEL', order.history)
  end
  topic.first, topic.bytes = topic.offset + 1, 0
end

local function drop(order, topic)
  topic.state, topic.reason = DROPPED, 'dropped'
  topic.first, topic.bytes, topic.snapshot = topic.offset + 1, 0, 0
  call('DEL', order.history, order.snapshot)
end

local function remember_key(order, topic)
  local ages = order.policy.idempotency
  call('SET', order.key, pack('>c8I8c8I8c8I8', topic.birth, topic.changed + ages, topic.epoch, topic.offset,
    topic.uid, topic.changed), 'PX', math.ceil(ages / 1000) + 1000)
end

local function tell(head, packed, event, is_kept)
  if #event > inline_size and is_kept then
    event = '' -- whoever needs it reads it
  end
  call(announce, channel_prefix .. string.sub(head, prefix_size + 1), string.char(#packed) .. packed .. event)
end

local function accepted(epoch, offset, at)
  return pack('>c1c8I8I8', 'A', epoch, offset, at)
end

-- Carries the order out, and returns its result.
local function store(order, found, at)
  local goes_on = found and found.state ~= DROPPED and order.effect ~= REOPEN
  local topic = goes_on and found or begin(order, found, at)
  -- What an earlier policy has let go does not come back, though it may still be in the list.
  local most = goes_on and math.min(topic.events + 1, order.policy.events) or order.policy.events
  local event = pack(EVENT, topic.offset + 1, order.uid, topic.uid, at) .. order.record
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
      add_to_history(order, topic, event, most)
    else
      let_history_go(order, topic)
    end
    if order.effect == SNAPSHOT or order.effect == CLOSE_WITH_SNAPSHOT or order.effect == REOPEN then
      if topic.snapshot == 0 then
        call('SET', order.snapshot, event, 'PX', millis_left(topic))
      else
        call('SET', order.snapshot, event, 'KEEPTTL') -- half the price
      end
      topic.snapshot = topic.offset
    end
  end
  local packed = pack_head(topic)
  if renewed then
    local millis = millis_left(topic)
    call('SET', order.head, packed, 'PX', millis)
    call('PEXPIRE', order.history, millis)
    call('PEXPIRE', order.snapshot, millis)
    if call('PTTL', order.index) < millis then
      call('PEXPIRE', order.index, millis)
    end
  else
    call('SET', order.head, packed, 'KEEPTTL')
  end
  if order.key then
    remember_key(order, topic)
  end
  tell(order.head, packed, event, order.policy.events > 0)
  return accepted(topic.epoch, topic.offset, at)
end

-- Carries out an order of the most frequent kind as `refusal` and `store` do: it goes on with an open topic whose
-- history loses no event by it but for their number. Without a table for the order and one for the topic, either of
-- which costs as much as a write; and what the policy no longer keeps is let go by sixteen, for the price of two.
--
-- Returns nil, and leaves all as it is, for an order of any other kind.
local function go_on(key, order, record)
  local effect, flags, _, number, uid = unpack('>BBBBc8', order)
  local packed = effect <= SNAPSHOT and flags <= 1 and call('GET', KEYS[key])
  if not packed then
    return nil
  end
  local policy = policies[number]
  local epoch, birth, before, offset, state, first, snapshot, created, changed, _, keep, bytes, young, safe,
    events = unpack(HEAD, packed)
  local at = changed > time and changed or time
  local kept, listed = at + policy.idle, offset - first + 2
  local surplus, grown = listed - events, bytes + #record - 2 - string.byte(record, 2)
  if state ~= OPEN or keep <= time or kept > safe or young <= at - policy.age or listed < 2
    or events ~= policy.events or surplus > MOST_SURPLUS or grown > policy.bytes or (effect == SNAPSHOT and snapshot == 0)
    or (flags == 1 and pack('>c8I8', epoch, offset) .. string.sub(before, 5) ~= string.sub(order, 21, 40)) then
    return nil
  end
  local event = pack(EVENT, offset + 1, uid, before, at) .. record
  if call('RPUSH', KEYS[key + 1], event) ~= listed then -- Redis has thrown the list away
    call('DEL', KEYS[key + 1])
    return nil
  end
  if surplus == MOST_SURPLUS then
    local forgotten = call('LPOP', KEYS[key + 1], MOST_SURPLUS)
    for _, old in ipairs(forgotten) do
      grown = grown - message_size(old)
    end
    first, young = first + MOST_SURPLUS, time_of(forgotten[MOST_SURPLUS])
  end
  if effect == SNAPSHOT then
    call('SET', KEYS[key + 2], event, 'KEEPTTL')
    snapshot = offset + 1
  end
  packed = pack(HEAD, epoch, birth, uid, offset + 1, OPEN, first, snapshot, created, at, policy.age, kept, grown, young,
    safe, events)
  call('SET', KEYS[key], packed, 'KEEPTTL')
  tell(KEYS[key], packed, event, true)
  return accepted(epoch, offset + 1, at)
end

local function carry_out(order)
  local topic = find(order.head, time)
  local at = topic and math.max(time, topic.changed) or time
  return refusal(order, topic, at) or store(order, topic, at)
end

while next_argument <= #ARGV do
  local result = go_on(next_key, ARGV[next_argument], ARGV[next_argument + 1])
  if result then
    next_key, next_argument = next_key + 3, next_argument + 2
  else
    result = carry_out(take_order())
  end
  results[#results + 1] = result
end

local reply = table.concat(results)
call('HSET', session, number % 4, reply)
call('PEXPIRE', session, 3600000)
return { reply, suspects }
