package dev.fanfare.redis;

import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/// What runs inside Redis, and is one atomic step there.
enum Script {
    APPEND,
    FENCE,
    READ,
    LIST,
    REPAIR,
    PURGE,
    CHECK;

    private String body() {
        return text(name().toLowerCase(Locale.ROOT) + ".lua");
    }

    private static String text(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from this jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /// All scripts, as they are sent.
    ///
    /// Threads: immutable.
    static final class Texts {
        private final String[] texts = new String[Script.values().length];
        private final String[] digests = new String[texts.length];

        private Texts(String now) {
            String common = now + text("topic.lua");
            for (Script script : Script.values()) {
                texts[script.ordinal()] = common + script.body();
                digests[script.ordinal()] = sha1(texts[script.ordinal()]);
            }
        }

        /// The time is that of the server.
        static Texts standard() {
            return new Texts(text("now.lua"));
        }

        /// @param now defines the function `now`, which all scripts take the time from
        static Texts withTime(String now) {
            return new Texts(now);
        }

        /// Returns the name by which Redis knows a script that it has seen.
        String digest(Script script) {
            return digests[script.ordinal()];
        }

        /// Makes all scripts known to a server.
        CompletableFuture<Void> load(RedisScriptingAsyncCommands<?, ?> redis) {
            return CompletableFuture.allOf(Stream.of(texts)
                    .map(text -> redis.scriptLoad(text).toCompletableFuture())
                    .toArray(CompletableFuture[]::new));
        }

        private static String sha1(String text) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
                return HexFormat.of().formatHex(digest);
            } catch (NoSuchAlgorithmException missing) {
                throw new IllegalStateException(missing);
            }
        }
    }
}
