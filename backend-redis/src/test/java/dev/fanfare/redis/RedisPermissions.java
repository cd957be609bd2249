package dev.fanfare.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The least that a user needs, as docs/backends.md says it.
final class RedisPermissions {
    static final String LINE = "~fanfare:* &fanfare:* -@all +@connection +info +config|get +script|load +evalsha +time"
            + " +ping +get +set +del +pttl +pexpire +hset +hmget +rpush +lpop +llen +lindex +lrange +zadd +zrem"
            + " +zrangebylex +zrandmember +publish +spublish +subscribe +unsubscribe +ssubscribe +sunsubscribe"
            + " +cluster|slots";

    private RedisPermissions() {}

    static String[] of(String user, String password) {
        List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", user, "on", ">" + password));
        command.addAll(Arrays.asList(LINE.split(" ")));
        return command.toArray(String[]::new);
    }
}
