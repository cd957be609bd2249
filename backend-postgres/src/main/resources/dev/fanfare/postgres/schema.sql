-- What Fanfare keeps in PostgreSQL, and the rules of storing. Run inside the schema that it shall live in.
-- All times are microseconds since 1970, by this server's clock. State: 0 open, 1 closed, 2 dropped.
-- A lock_timeout of 1500ms, which counts for each lock, is less than a node waits for an answer: a call that the node
-- gave up would leave a session behind, which waits on.

create table about (version int not null);
insert into about values (2);

-- The head of each topic. Whoever appends holds the row until the commit: that makes one order of a topic's events, and
-- nothing can appear before what has been read. No index is on a column that changes, so that updates stay in the page.
create table topic (
  id bigint generated always as identity primary key,
  app text collate "C" not null,
  name text collate "C" not null,
  epoch bigint not null default 0,
  off bigint not null default 0,
  uid bigint not null default 0,
  before bigint not null default 0,         -- uid when the last call that stored all at once began
  call bigint not null default 0,           -- that call, at random
  state smallint not null default 2,
  reason text,
  snapshot bigint not null default 0,       -- the offset of the event that is the snapshot
  total bigint not null default 0,          -- bytes of all messages of this life
  first bigint not null default 1,          -- the first offset that policies before the present one have left
  history_events int not null default 0,
  history_bytes bigint not null default 0,
  history_age bigint not null default 0,
  created bigint not null default 0,
  changed bigint not null default 0,
  keep bigint not null default 0,           -- how long it is kept after a change
  keep_until bigint not null default 0,     -- 0: it is forgotten, or has never lived
  expires bigint not null default 0,        -- until when its events are kept: none goes before an earlier one
  unique (app, name)
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02);

-- Events lie in the slot of the time at which the last reader may ask for them; a slot whose time is over is truncated.
-- Those that are kept for longer than the slots reach have one without end, and are deleted.
create table event (
  topic bigint not null,
  epoch bigint not null,
  off bigint not null,
  slot smallint not null,
  uid bigint not null,
  prev_uid bigint not null,
  at bigint not null,
  expires bigint not null,
  total bigint not null,                    -- bytes of the life's messages, with this one
  name text,
  conflatable boolean not null,
  body bytea not null
) partition by list (slot);
create table event_0 partition of event for values in (0);
create table event_1 partition of event for values in (1);
create table event_2 partition of event for values in (2);
create table event_3 partition of event for values in (3);
create table event_long partition of event for values in (4);
create index event_place on event (topic, epoch, off);
create index event_long_expires on event_long (expires);

create table snapshot (
  topic bigint primary key,
  off bigint not null,
  uid bigint not null,
  prev_uid bigint not null,
  at bigint not null,
  name text,
  conflatable boolean not null,
  body bytea not null
);

create table used_key (
  topic bigint not null,
  key text collate "C" not null,
  epoch bigint not null,
  off bigint not null,
  uid bigint not null,
  at bigint not null,
  until bigint not null,
  primary key (topic, key)
);
create index used_key_until on used_key (until);

-- Those who append, and the number of their last batch. One whose connection broke takes the next number on another:
-- that waits for what it had sent, and keeps what is still under way from being stored later.
create table appender (
  id bigint primary key,
  batch bigint not null default 0,
  seen bigint not null
);

-- What applications publish inside transactions of their own: whoever relays it appends it, and takes it out in the same
-- transaction. What cannot be published stays, with the reason. The last bits of an id are by chance, so that nobody can
-- make one up.
create sequence staged_number;
grant usage on sequence staged_number to public; -- who may insert needs no more than that
create table outbox (
  id bigint primary key default nextval('staged_number') << 20 | (random() * 1048575)::bigint,
  app text not null,
  topic text not null,                             -- or $jobs/ and the id of a job
  message bytea not null,
  name text,
  snapshot boolean not null default false,
  conflatable boolean not null default false,
  closing text,
  refused text
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- The node that relays, for as long as it keeps saying so.
create table relay (node bigint, until bigint not null);
insert into relay values (null, 0);

-- What is told to nodes that cannot listen, because a pooler stands between them and the server: they poll. Only written
-- while there are such nodes.
create unlogged table told (
  seq bigint generated always as identity primary key,
  at bigint not null,
  message text not null
);
create table poller (node bigint primary key, until bigint not null);

-- The nodes at work. One that is silent has died, and may have stored what it has not told.
create unlogged table node (id bigint primary key, seen bigint not null);

create function clock() returns bigint language sql volatile
  as 'select (extract(epoch from clock_timestamp()) * 1000000)::bigint';

-- What a commit of this session promises, as the settings are now: 0 that it is committed, 1 that it is on disk, 2 that a
-- standby has it too.
create function promise() returns int language sql stable as $$
  select case when current_setting('fsync') = 'off' or current_setting('synchronous_commit') = 'off' then 0
    when current_setting('synchronous_commit') = 'local' or current_setting('synchronous_standby_names') = '' then 1
    else 2 end
$$;

create function random_id() returns bigint language sql volatile
  as $$ select greatest(1, ('x' || left(replace(gen_random_uuid()::text, '-', ''), 16))::bit(64)::bigint & 9223372036854775807) $$;

-- In which slot an event lies: four take turns, six minutes each, and at most two of them lie ahead.
create function slot_of(expires bigint, now bigint) returns smallint language sql immutable
  as 'select case when expires - now > 720000000 then 4 else expires / 360000000 % 4 end::smallint';

-- How long an event is kept. What is in no history is kept for a moment too, so that the nodes can tell it.
create function lifetime(history_events int, history_age bigint) returns bigint language sql immutable
  as 'select 10000000 + case when history_events = 0 then 0 else history_age end';

-- The events of the present life that can be read after an offset, oldest first.
create function history(t topic, after bigint, now bigint) returns setof event language sql stable as $$
  select e.* from event e
  where e.topic = t.id and e.epoch = t.epoch and t.state <> 2
    and e.off > after and e.off >= greatest(t.first, t.off - t.history_events + 1)
    and (e.off = t.off or t.total - e.total + octet_length(e.body) <= t.history_bytes)
    and e.at > greatest(now, t.changed) - t.history_age
  order by e.off
$$;

create function oldest(t topic, now bigint) returns bigint language plpgsql stable as $$
begin
  return coalesce((select h.off from history(t, 0, now) h limit 1), t.off + 1);
end $$;

-- Forgets all that a later life of the name must not inherit.
create function forget(topic bigint) returns void language plpgsql as $$
begin
  delete from snapshot s where s.topic = forget.topic;
  delete from used_key k where k.topic = forget.topic;
end $$;

-- What became of an append: 0 accepted, 1 duplicate, 2 closed, 3 conflict. For 0 and 1 it tells the event's place; for 2
-- and 3 the head, of which the epoch is 0 if there is none.
create type outcome as (
  ord bigint, status int, epoch bigint, off bigint, uid bigint, prev_uid bigint, at bigint,
  state smallint, reason text, oldest bigint, snapshot bigint, created bigint
);

create function outcome_of(ord bigint, status int, t topic, now bigint) returns outcome language plpgsql stable as $$
begin
  return row(ord, status, case when t.keep_until = 0 then 0 else t.epoch end, t.off, t.uid, 0, t.changed, t.state, t.reason,
    oldest(t, now), t.snapshot, t.created)::outcome;
end $$;

-- Locks topics for the transaction, makes those that are missing, and returns their ids in the order of the names: null
-- where another transaction holds the topic for longer than our patience. All lock in the order of names, so that two who
-- want the same never wait for each other.
create function lock_topics(apps text[], names text[]) returns bigint[] language plpgsql as $$
declare
  locked bigint[];
  missing record;
begin
  begin
    for attempt in 1..2 loop
      select array_agg(l.id order by l.ord) into locked from (
        select t.id, u.ord from unnest(apps, names) with ordinality u(app, name, ord)
        join topic t on t.app = u.app and t.name = u.name
        order by u.app, u.name for update of t) l;
      if cardinality(locked) = cardinality(names) then
        return locked;
      end if;
      insert into topic (app, name) select * from unnest(apps, names) u order by u on conflict do nothing;
    end loop;
  exception when lock_not_available then
    for missing in
      select u.* from unnest(apps, names) u(app, name)
      where not exists (select from topic t where t.app = u.app and t.name = u.name) order by u.app, u.name
    loop
      begin
        insert into topic (app, name) values (missing.app, missing.name) on conflict do nothing;
      exception when lock_not_available then
        null; -- another transaction is about to make it
      end;
    end loop;
    select array_agg(l.id) into locked from (
      select t.id from unnest(apps, names) u(app, name) join topic t on t.app = u.app and t.name = u.name
      order by u.app, u.name for update of t skip locked) l;
  end;
  return (select array_agg(t.id order by u.ord) from unnest(apps, names) with ordinality u(app, name, ord)
    left join topic t on t.app = u.app and t.name = u.name and t.id = any(locked));
end $$;

-- One event to be stored, with what must hold for it. Nothing is expected where epoch is null.
-- Effects: 0 keep, 1 snapshot, 2 close, 3 close and snapshot, 4 reopen, 5 drop.
create type draft as (
  ord bigint, topic int, uid bigint, name text, body bytea, conflatable boolean, effect int, reason text,
  epoch bigint, off bigint, tag bigint, key text, outbox_id bigint,
  history_events int, history_bytes bigint, history_age bigint, idle_age bigint, tombstone_age bigint, key_age bigint
);

-- Why the event cannot be stored: 2 the topic is closed, 3 it does not stand where it should; 0 if nothing is against it.
create function refusal(t topic, d draft) returns int language plpgsql immutable as $$
begin
  if t.state = 1 and d.effect < 4 then
    return 2;
  elsif d.effect = 4 and t.state <> 1 or d.effect = 5 and t.state = 2 then
    return 3;
  elsif d.epoch is null then
    return 0;
  elsif t.state = 2 then
    return case when (d.epoch, d.off, d.tag) = (0, 0, 0) then 0 else 3 end;
  end if;
  return case when (d.epoch, d.off, d.tag) = (t.epoch, t.off, t.uid & 4294967295) then 0 else 3 end;
end $$;

-- The topic at the begin of a life.
create function begun(t topic, now bigint) returns topic language plpgsql as $$
begin
  delete from snapshot s where s.topic = t.id;
  t.epoch := random_id();
  t.off := 0;
  t.uid := 0;
  t.total := 0;
  t.snapshot := 0;
  t.first := 1;
  t.expires := 0;
  t.created := greatest(now, t.changed);
  return t;
end $$;

-- The topic as the event leaves it.
create function advanced(t topic, d draft, now bigint) returns topic language plpgsql immutable as $$
begin
  t.off := t.off + 1;
  t.uid := d.uid;
  t.state := case when d.effect = 5 then 2 when d.effect in (2, 3) then 1 else 0 end;
  t.reason := d.reason;
  t.snapshot := case when d.effect = 5 then 0 when d.effect in (1, 3, 4) then t.off else t.snapshot end;
  t.total := t.total + octet_length(d.body);
  t.history_events := d.history_events;
  t.history_bytes := d.history_bytes;
  t.history_age := d.history_age;
  t.changed := greatest(now, t.changed);
  t.keep := case when t.state = 0 then d.idle_age else d.tombstone_age end;
  t.keep_until := t.changed + t.keep;
  return t;
end $$;

-- Stores events, and leaves none to be stored.
create function stored(events event[]) returns event[] language plpgsql as $$
begin
  insert into event select * from unnest(events);
  return '{}';
end $$;

create function store_heads(heads topic[], snapshots snapshot[]) returns void language plpgsql as $$
begin
  update topic x set epoch = t.epoch, off = t.off, uid = t.uid, state = t.state, reason = t.reason, snapshot = t.snapshot,
    total = t.total, first = t.first, history_events = t.history_events, history_bytes = t.history_bytes,
    history_age = t.history_age, created = t.created, changed = t.changed, keep = t.keep, keep_until = t.keep_until,
    expires = t.expires
  from unnest(heads) t where x.id = t.id;
  insert into snapshot select * from unnest(snapshots) s where s.topic is not null
  on conflict (topic) do update set (off, uid, prev_uid, at, name, conflatable, body)
    = (excluded.off, excluded.uid, excluded.prev_uid, excluded.at, excluded.name, excluded.conflatable, excluded.body);
end $$;

create function fence(appender bigint) returns bigint language sql
  set search_path from current set lock_timeout = '1500ms'
as $$
  insert into appender values (fence.appender, 0, clock())
  on conflict (id) do update set batch = appender.batch + 1, seen = excluded.seen returning batch
$$;

-- Appends events and tells what became of each. The events are ordered by topic: `ends` says where each topic's end, and
-- `policies` which policy is an event's own. An event without an answer belongs to a topic that another transaction holds.
--
-- What is usual is stored all at once: topics whose life goes on, and whose events are plain, that is without a key, with
-- an expectation at the first at most, one policy, and no effect but that of a snapshot. An event of the outbox is plain
-- too, unless it has been relayed before. Of these, `latest` says which is the last snapshot, and `sums` the
-- bytes of the topic's events up to each. Everything else is stored event by event.
--
-- If there is one event only, `wake` may be the begin of what all nodes are told of it, up to its offset.
create function append(
  appender bigint, batch bigint, patience text, wake text,
  apps text[], names text[], ends int[], plain boolean[], latest bigint[],
  uids bigint[], titles text[], bodies bytea[], sums bigint[], conflatables boolean[], effects int[], reasons text[],
  epochs bigint[], offs bigint[], tags bigint[], keys text[], outbox_ids bigint[], policies int[],
  most_events int[], most_bytes bigint[], history_ages bigint[], idle_ages bigint[], tombstone_ages bigint[], key_ages bigint[]
) returns setof outcome language plpgsql
  set search_path from current set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
  set enable_mergejoin = off set jit = off set lock_timeout = '50ms'
as $$
declare
  now bigint := clock();
  this_call bigint := random_id();
  at_once int; -- how many events were stored so
  taken int;
  ids bigint[];
  events event[] := '{}';
  heads topic[] := '{}';
  snapshots snapshot[] := '{}';
  r record;
  d draft;
  t topic;
  s snapshot;
  used used_key;
  refused int;
  prev bigint;
begin
  update appender x set batch = append.batch, seen = now where x.id = append.appender and x.batch = append.batch - 1;
  if not found and append.appender is not null then
    raise 'batch % of appender % comes too late', append.batch, append.appender using errcode = 'FF001';
  end if;

  perform set_config('lock_timeout', patience, true);
  begin
    return query
    with part as materialized (
      select u.app, u.name, coalesce(ends[u.number - 1], 0) + 1 as first, u.last, u.latest, policies[u.last] as policy
      from unnest(apps, names, ends, plain, latest) with ordinality u(app, name, last, plain, latest, number)
      where u.plain
      order by u.app, u.name
    ), head as (
      update topic h set off = h.off + p.last - p.first + 1, uid = uids[p.last], before = h.uid, call = this_call,
        total = h.total + sums[p.last],
        snapshot = coalesce(h.off + p.latest - p.first + 1, h.snapshot), changed = greatest(now, h.changed),
        expires = greatest(h.expires, greatest(now, h.changed) + lifetime(h.history_events, h.history_age)),
        keep = idle_ages[p.policy], keep_until = greatest(now, h.changed) + idle_ages[p.policy]
      from part p
      where h.app = p.app and h.name = p.name and h.state = 0 and h.keep_until > now
        and h.history_events = most_events[p.policy] and h.history_bytes = most_bytes[p.policy]
        and h.history_age = history_ages[p.policy]
        and (epochs[p.first] is null
          or (epochs[p.first], offs[p.first], tags[p.first]) = (h.epoch, h.off, h.uid & 4294967295))
      returning h.*, p.first as ord, p.last, p.latest, h.total - sums[p.last] as size
    ), e as materialized (
      select head.*, g.ord as number, head.off - head.last + g.ord as place,
        case when g.ord = head.ord then head.before else uids[g.ord - 1] end as prev
      from head cross join generate_series(head.ord, head.last) g(ord)
    ), stored as (
      insert into event
      select e.id, e.epoch, e.place, slot_of(e.expires, now), uids[e.number], e.prev, e.changed, e.expires,
        e.size + sums[e.number], titles[e.number], conflatables[e.number], bodies[e.number]
      from e
    ), snapped as (
      insert into snapshot
      select e.id, e.place, uids[e.number], e.prev, e.changed, titles[e.number], conflatables[e.number], bodies[e.number]
      from e where e.number = e.latest
      on conflict (topic) do update set (off, uid, prev_uid, at, name, conflatable, body)
        = (excluded.off, excluded.uid, excluded.prev_uid, excluded.at, excluded.name, excluded.conflatable, excluded.body)
    )
    select e.number::bigint, 0, e.epoch, e.place, uids[e.number], e.prev, e.changed, e.state, e.reason, e.first, e.snapshot,
      e.created
    from e order by e.number;
    get diagnostics at_once = row_count;
    if at_once > 0 and array_remove(outbox_ids, null) <> '{}' then
      select array_agg(outbox_ids[g.ord]) into ids
      from unnest(apps, names, ends) with ordinality u(app, name, last, number)
      join topic x on x.app = u.app and x.name = u.name and x.call = this_call
      cross join generate_series(coalesce(ends[u.number - 1], 0) + 1, u.last) g(ord)
      where outbox_ids[g.ord] is not null;
      delete from outbox o where o.id = any(ids) and o.refused is null;
      get diagnostics taken = row_count;
      if taken < cardinality(ids) then
        raise '% of % staged events have been relayed before', cardinality(ids) - taken, cardinality(ids) using errcode = 'FF002';
      end if;
    end if;
  exception when lock_not_available or sqlstate 'FF002' then
    at_once := 0;
  end;
  if at_once = cardinality(uids) then
    perform tell_of(wake, x) from topic x where wake is not null and x.app = apps[1] and x.name = names[1];
    return;
  end if;

  ids := lock_topics(apps, names);
  for r in
    select row(g.ord, k.number, uids[g.ord], titles[g.ord], bodies[g.ord], conflatables[g.ord], effects[g.ord], reasons[g.ord],
      epochs[g.ord], offs[g.ord], tags[g.ord], keys[g.ord], outbox_ids[g.ord], most_events[p.number], most_bytes[p.number], history_ages[p.number],
      idle_ages[p.number], tombstone_ages[p.number], key_ages[p.number])::draft as d, x as found
    from unnest(ids, ends) with ordinality k(id, last, number)
    join topic x on x.id = k.id
    cross join generate_series(coalesce(ends[k.number - 1], 0) + 1, k.last) g(ord)
    cross join lateral (select policies[g.ord]) p(number)
    where x.call <> this_call
    order by g.ord
  loop
    d := r.d;
    if t.id is distinct from (r.found).id then
      heads := heads || t;
      snapshots := snapshots || s;
      t := r.found;
      s := null;
      if t.keep_until <= now then -- forgotten, or new
        perform forget(t.id) where t.keep_until > 0;
        t.state := 2;
        t.keep_until := 0;
      end if;
    end if;

    if d.key is not null then
      select * into used from used_key k where k.topic = t.id and k.key = d.key and k.until > greatest(now, t.changed);
      if found then
        return next row(d.ord, 1, used.epoch, used.off, used.uid, 0, used.at, null, null, null, null, null)::outcome;
        continue;
      end if;
    end if;
    refused := refusal(t, d);
    if refused > 0 then
      events := stored(events);
      return next outcome_of(d.ord, refused, t, now);
      continue;
    end if;

    if d.outbox_id is not null then
      delete from outbox o where o.id = d.outbox_id and o.refused is null;
      if not found then -- it has been relayed before
        return next row(d.ord, 1, t.epoch, t.off, t.uid, 0, t.changed, null, null, null, null, null)::outcome;
        continue;
      end if;
    end if;

    if t.state = 2 or d.effect = 4 then
      t := begun(t, now);
    elsif (t.history_events, t.history_bytes, t.history_age) <> (d.history_events, d.history_bytes, d.history_age) then
      events := stored(events);
      t.first := oldest(t, now); -- what an earlier policy has let go does not come back
    end if;
    prev := t.uid;
    t := advanced(t, d, now);
    t.expires := greatest(t.expires, t.changed + lifetime(d.history_events, d.history_age));
    events := events || row(t.id, t.epoch, t.off, slot_of(t.expires, now), t.uid, prev, t.changed, t.expires, t.total,
      d.name, d.conflatable, d.body)::event;
    if d.key is not null then
      insert into used_key values (t.id, d.key, t.epoch, t.off, t.uid, t.changed, t.changed + d.key_age)
      on conflict (topic, key) do update set (epoch, off, uid, at, until)
        = (excluded.epoch, excluded.off, excluded.uid, excluded.at, excluded.until);
    end if;
    if t.snapshot = t.off then
      s := row(t.id, t.off, t.uid, prev, t.changed, d.name, d.conflatable, d.body)::snapshot;
    elsif d.effect = 5 then
      delete from snapshot x where x.topic = t.id;
      s := null;
    end if;
    return next row(d.ord, 0, t.epoch, t.off, t.uid, prev, t.changed, t.state, t.reason, t.first, t.snapshot, t.created)::outcome;
  end loop;
  perform tell_of(wake, t) where wake is not null and events <> '{}';
  perform stored(events);
  perform store_heads(heads || t, snapshots || s);
end $$;

-- What reads find, in the order of the requests: first the topic's head (kind 0; at is when it changed), then events (1),
-- then the snapshot (2). A topic that is not found has no row.
create type found as (
  ord bigint, kind int, epoch bigint, off bigint, uid bigint, prev_uid bigint, at bigint, name text, conflatable boolean,
  body bytea, state smallint, reason text, oldest bigint, snapshot bigint, created bigint
);

create function found_event(ord bigint, e event) returns found language plpgsql immutable as $$
begin
  return row(ord, 1, e.epoch, e.off, e.uid, e.prev_uid, e.at, e.name, e.conflatable, e.body, null, null, null, null, null)::found;
end $$;

create function found_head(ord bigint, t topic, now bigint) returns found language plpgsql stable as $$
begin
  return row(ord, 0, t.epoch, t.off, t.uid, 0, t.changed, null, false, null, t.state, t.reason, oldest(t, now), t.snapshot,
    t.created)::found;
end $$;

-- Answers reads, each with one view of its topic: its head, the events after an offset of its present life, as many as
-- have room in so many bytes but at least one and at most a thousand, and the snapshot if it is asked for.
create function read(apps text[], names text[], epochs bigint[], offs bigint[], rooms int[], snapshots boolean[])
  returns setof found language plpgsql stable
  set search_path from current set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set lock_timeout = '1500ms'
as $$
declare
  now bigint := clock();
begin
  return query
  with asked as materialized (
    select u.ord, u.room, u.snapshot, t, case when u.epoch = t.epoch then u.off else 0 end as after
    from unnest(apps, names, epochs, offs, rooms, snapshots) with ordinality u(app, name, epoch, off, room, snapshot, ord)
    join topic t on t.app = u.app and t.name = u.name
    where t.keep_until > now
  )
  select a.ord, f.* from asked a cross join lateral (
    select 0, (a.t).epoch, (a.t).off, (a.t).uid, 0::bigint, (a.t).changed, null, false, null::bytea, (a.t).state, (a.t).reason,
      coalesce((select h.off from history(a.t, 0, now) h limit 1), (a.t).off + 1), (a.t).snapshot, (a.t).created
    union all
    select 1, e.epoch, e.off, e.uid, e.prev_uid, e.at, e.name, e.conflatable, e.body, null, null, null, null, null
    from (
      select h.*, row_number() over w, first_value(h.total - octet_length(h.body)) over w as before
      from (select * from history(a.t, a.after, now) limit case when a.room > 0 then 1000 else 0 end) h
      window w as (order by h.off)
    ) e
    where e.row_number = 1 or e.total - e.before <= a.room
    union all
    select 2, (a.t).epoch, s.off, s.uid, s.prev_uid, s.at, s.name, s.conflatable, s.body, null, null, null, null, null
    from snapshot s where a.snapshot and s.topic = (a.t).id and (a.t).snapshot > 0
  ) f(kind, epoch, off)
  order by a.ord, f.kind, f.off;
end $$;

-- Tells what has become of topics since an offset: the head, and the events from there on, in history or not.
create function news(apps text[], names text[], offs bigint[], room bigint) returns setof found language plpgsql stable
  set search_path from current set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set lock_timeout = '1500ms'
as $$
declare
  now bigint := clock();
  r record;
  e event;
  left_over bigint;
begin
  for r in
    select u.*, t from unnest(apps, names, offs) with ordinality u(app, name, off, ord)
    join topic t on t.app = u.app and t.name = u.name
    where t.epoch > 0
    order by u.ord
  loop
    return next found_head(r.ord, r.t, now);
    left_over := room;
    if (r.t).state <> 2 then
      for e in select x.* from event x where x.topic = (r.t).id and x.epoch = (r.t).epoch and x.off >= r.off order by x.off loop
        return next found_event(r.ord, e);
        left_over := left_over - octet_length(e.body);
        exit when left_over < 0;
      end loop;
    end if;
  end loop;
end $$;

-- Lists topics of an app by the bytes of their names.
create function list(app text, prefix text, after text, most int) returns setof found language plpgsql stable
  set search_path from current set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off set lock_timeout = '1500ms'
as $$
declare
  now bigint := clock();
  t topic;
  h found;
begin
  for t in
    select * from topic x
    where x.app = list.app and x.name >= prefix and x.name > coalesce(after, '') and x.name < prefix || chr(1114111)
      and x.state <> 2 and x.keep_until > now
    order by x.name limit most
  loop
    h := found_head(0, t, now);
    h.name := t.name;
    return next h;
  end loop;
end $$;

-- Drops all topics of an app without tombstones. Returns what there is to tell: their names, and the offsets of the drops.
create function purge(app text) returns table (name text, off bigint) language plpgsql
  set search_path from current set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off set lock_timeout = '1500ms'
as $$
declare
  now bigint := clock();
  t topic;
begin
  for t in select * from topic x where x.app = purge.app and x.keep_until > 0 order by x.id for update loop
    perform forget(t.id);
    update topic x set state = 2, reason = 'dropped', off = x.off + 1, uid = random_id(), snapshot = 0,
      changed = greatest(now, x.changed), keep_until = 0 where x.id = t.id;
    if t.state <> 2 and t.keep_until > now then
      name := t.name;
      off := t.off + 1;
      return next;
    end if;
  end loop;
end $$;

-- Finds what has been stored of events whose answer was lost.
create function outcomes(apps text[], names text[], uids bigint[]) returns setof outcome language sql stable
  set search_path from current set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set lock_timeout = '1500ms'
as $$
  select u.ord, 0, e.epoch, e.off, e.uid, e.prev_uid, e.at, t.state, t.reason, t.first, t.snapshot, t.created
  from unnest(apps, names, uids) with ordinality u(app, name, uid, ord)
  join topic t on t.app = u.app and t.name = u.name
  join event e on e.topic = t.id and e.uid = u.uid
  order by u.ord
$$;

-- Deletes what nobody can ask for any more: slots whose time is over, at once; of the rest a little. Topics are looked at
-- from one id on; returns where to go on, 0 after the last. One node at a time does this.
create function sweep(after bigint, most int) returns bigint language plpgsql
  set search_path from current set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off set lock_timeout = '200ms'
as $$
declare
  now bigint := clock();
  ended bigint := now / 360000000 - 1;
  t topic;
  expired boolean;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(current_schema(), 0)) then
    return after;
  end if;
  if now % 360000000 between 30000000 and 330000000 then
    execute format('select not exists (select from event_%s where expires > %s) and exists (select from event_%1$s)',
      ended % 4, now) into expired;
    if expired then
      execute format('truncate event_%s', ended % 4);
    end if;
  end if;
  delete from event_long where ctid in (select x.ctid from event_long x where x.expires < now order by x.expires limit most);
  delete from used_key where ctid in (select x.ctid from used_key x where x.until < now order by x.until limit most);
  delete from told where at < now - 60000000;
  delete from poller where until < now;
  delete from node where seen < now - 600000000;
  delete from appender where seen < now - 86400000000;
  for t in select * from topic x where x.id > after order by x.id limit most loop
    after := t.id;
    most := most - 1;
    if t.keep_until < now and t.changed < now - 10000000 then
      select * into t from topic x where x.id = t.id and x.keep_until < now for update skip locked;
      if found then
        perform forget(t.id);
        delete from topic x where x.id = t.id;
      end if;
    end if;
  end loop;
  return case when most > 0 then 0 else after end;
end $$;

-- Keeps topics from being forgotten that are open and read.
create function keep(apps text[], names text[]) returns void language plpgsql
  set search_path from current set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set lock_timeout = '1500ms'
as $$
declare
  now bigint := clock();
begin
  update topic set keep_until = now + keep where id in (
    select t.id from unnest(apps, names) u(app, name) join topic t on t.app = u.app and t.name = u.name
    where t.state = 0 and t.keep_until > now and t.keep_until - now < t.keep / 2
    order by t.id for update of t skip locked);
end $$;

-- Publishes an event when, and if, the caller's transaction is committed: a node relays it then. The message is JSON.
create function publish(app text, topic text, message json, name text default null, snapshot boolean default false,
  conflatable boolean default false, closing text default null) returns void language sql
  set search_path from current
as $$
  insert into outbox (app, topic, message, name, snapshot, conflatable, closing)
  values (app, topic, convert_to(message::text, 'UTF8'), name, snapshot, conflatable, closing)
$$;

-- Updates a job when, and if, the caller's transaction is committed. The change is what a publisher posts, as
-- {"progress": 0.5} or {"status": "complete"}.
create function update_job(app text, id text, change json) returns void language sql
  set search_path from current
as $$
  insert into outbox (app, topic, message) values (app, '$jobs/' || id, convert_to(change::text, 'UTF8'))
$$;

-- What is to be relayed, the oldest first, but for some topics, until the messages have more than so many bytes; nothing
-- while another node does that. What no node could take in is refused here. A long backlog of topics of which nothing is
-- wanted is not looked through to its end.
create function staged(node bigint, most int, room bigint, apps text[], names text[]) returns setof outbox language plpgsql
  set search_path from current set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off set lock_timeout = '1500ms'
as $$
declare
  now bigint := clock();
  e outbox;
  named bigint;
  reason text;
begin
  if not exists (select from outbox o where o.refused is null) then
    return;
  end if;
  if not exists (select from relay r where r.node = staged.node and r.until > now + 1000000) then
    update relay r set node = staged.node, until = now + 2000000 where r.node = staged.node or r.until < now;
    if not found then
      return;
    end if;
  end if;
  for e in
    select * from (select * from outbox x where x.refused is null order by x.id limit 20000) o
    where (o.app, o.topic) not in (select * from unnest(apps, names)) order by o.id limit most
  loop
    named := octet_length(e.app)::bigint + octet_length(e.topic) + coalesce(octet_length(e.name), 0)
      + coalesce(octet_length(e.closing), 0);
    reason := case
      when octet_length(e.message) > 1048576 then
        format('the message has %s bytes, at most 1048576 are taken', octet_length(e.message))
      when named > 4096 then
        format('app, topic, name and closing have %s bytes, at most 4096 are taken', named)
    end;
    if reason is null then
      return next e;
      room := room - octet_length(e.message);
      exit when room < 0;
    else
      update outbox o set refused = reason where o.id = e.id;
    end if;
  end loop;
end $$;

-- Takes an event out, or keeps it as refused. Tells whether it was there.
create function settle(outbox_id bigint, refusal text) returns boolean language plpgsql
  set search_path from current set plan_cache_mode = force_generic_plan set enable_seqscan = off set lock_timeout = '1500ms'
as $$
begin
  if refusal is null then
    delete from outbox o where o.id = outbox_id and o.refused is null;
  else
    update outbox o set refused = refusal where o.id = outbox_id and o.refused is null;
  end if;
  return found;
end $$;

-- Says that this node begins, if it is not known; who tells from then on tells it too. Returns whether it was new.
create function enter(node bigint) returns boolean language plpgsql
  set search_path from current
as $$
begin
  insert into node as n values (enter.node, clock()) on conflict (id) do nothing;
  return found;
end $$;

-- Says that this node is at work, and returns the others, and whether they have died lately: then the living have to look
-- at what they read. So has this one if it is among the dead: it is new, or was taken for dead.
create function beat(node bigint) returns table (id bigint, dead boolean) language plpgsql
  set search_path from current set lock_timeout = '1500ms'
as $$
declare
  now bigint := clock();
begin
  if enter(beat.node) then
    return query select beat.node, true;
  end if;
  update node n set seen = now where n.id = beat.node;
  return query select n.id, n.seen < now - 4000000 from node n where n.id <> beat.node;
end $$;

-- Tells all nodes, if there is another; or if this one wants to hear itself. One that is not yet seen here begins after
-- the commits that are told, and finds them when it reads.
create function tell(node bigint, messages text[], echo boolean) returns void language plpgsql
  set search_path from current
as $$
begin
  if echo or exists (select from node n where n.id <> tell.node) then
    perform pg_notify(current_schema, m) from unnest(messages) m;
    if exists (select from poller where until > clock()) then
      insert into told (at, message) select clock(), m from unnest(messages) m;
    end if;
  end if;
end $$;

-- Tells all nodes of the topic's last event. Inside a transaction that stores something this makes all that notify wait
-- until that is on disk: it is for a moment when there is little to do.
create function tell_of(wake text, t topic) returns void language sql
  set search_path from current
as $$
  select tell(0, array[wake || t.off || case when t.off = 1 then E'\n+' || t.app || '/' || t.name else '' end], true)
$$;

-- What has been told after a place; and says that this node is to be told for another while. The first call tells only the
-- place. Places are given before commits, so that one who polls must look a little behind the last.
create function listen(node bigint, after bigint) returns table (seq bigint, message text) language plpgsql
  set search_path from current set plan_cache_mode = force_generic_plan set enable_seqscan = off set lock_timeout = '1500ms'
as $$
declare
  now bigint := clock();
begin
  perform enter(node);
  if not exists (select from poller p where p.node = listen.node and p.until > now + 20000000) then
    insert into poller values (node, now + 30000000)
    on conflict on constraint poller_pkey do update set until = excluded.until;
  end if;
  if after is null then
    return query select coalesce(max(t.seq), 0), null::text from told t;
  else
    return query select t.seq, t.message from told t where t.seq > after order by t.seq;
  end if;
end $$;
