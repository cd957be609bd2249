package dev.fanfare.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisAddressTest {
    @ParameterizedTest
    @CsvSource({
        "redis://localhost, redis://localhost:6379",
        "redis://localhost:7000/3, redis://localhost:7000/3",
        "rediss://:s3cret@host, rediss://:***@host:6379",
        "redis://me:s3%40cret@[::1]:7000?prefix=x, redis://me:***@[::1]:7000?prefix=x",
        "'redis+sentinel://one,two:7000/primary/2', 'redis+sentinel://one:26379,two:7000/primary/2'",
        "'rediss+cluster://:s3cret@one,two', 'rediss+cluster://:***@one:6379,two:6379'"
    })
    void anAddressIsShownWithoutItsPassword(String url, String shown) {
        assertThat(RedisAddress.parse(url)).hasToString(shown);
    }

    @Test
    void passwordsMayHoldAnything() {
        assertThat(RedisAddress.parse("redis://me:%3A%2F%40+%25@host"))
                .returns("me", RedisAddress::user)
                .returns(":/@+%", RedisAddress::password);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "http://localhost",
                "redis://",
                "redis://host:0",
                "redis://host:70000",
                "redis://host/x",
                "redis://one,two",
                "redis://secret@host",
                "redis://host/1/2",
                "redis+sentinel://host",
                "redis+cluster://host/1",
                "redis://host?prefix=",
                "redis://host?prefix={x}",
                "redis://:secret@host?other=1"
            })
    void whatIsNoAddressIsRefusedWithoutRepeatingIt(String url) {
        assertThatThrownBy(() -> RedisAddress.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .startsWith("the address of a Redis cannot be used: ")
                .doesNotContain("secret");
    }
}
