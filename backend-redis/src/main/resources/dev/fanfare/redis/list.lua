-- Lists topics of an app in the order of their names' bytes.
--
-- KEYS  the app's index
-- ARGV  the bounds of the range, and how many names at most
-- Returns the store's time, and the names. Some may be of topics that are gone.
return { now(), redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3]) }
