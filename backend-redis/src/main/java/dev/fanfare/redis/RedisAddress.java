package dev.fanfare.redis;

import dev.fanfare.spi.Quote;
import io.lettuce.core.RedisURI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a Redis is, and how it is run: one server, a primary that Sentinels watch over, or a cluster.
///
/// ```
/// redis://[[user]:password@]host[:port][/database]                   rediss:// for TLS
/// redis+sentinel://[[user]:password@]host[:port],…/primary[/database] rediss+sentinel://
/// redis+cluster://[[user]:password@]host[:port],…                     rediss+cluster://
/// ```
///
/// `?prefix=name` says how the names of all keys begin, `fanfare` unless told. What is not a letter or a digit in a
/// user or a password is written as in any URL, as `%40` for `@`. Sentinels are shown them only if they ask.
///
/// @param password null for none; it is never part of [#toString]
public record RedisAddress(
        Kind kind,
        boolean tls,
        @Nullable String user,
        @Nullable String password,
        List<Host> hosts,
        @Nullable String primary,
        int database,
        String prefix) {
    private static final Pattern FORM = Pattern.compile("(rediss?)(?:\\+(sentinel|cluster))?://"
            + "(?:([^:@/]*)(?::([^@/]*))?@)?([^/?@]+)(?:/([^/?]*))?(?:/([^/?]*))?(?:\\?prefix=([^&]*))?");
    private static final Pattern HOST = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+)(?::(\\d{1,5}))?");
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern DATABASE = Pattern.compile("\\d{1,5}");
    private static final String EXAMPLES =
            "as redis://localhost:6379, redis+sentinel://host1,host2/mymaster" + " or redis+cluster://host1,host2";

    /// How a Redis is run.
    public enum Kind {
        SINGLE,
        SENTINEL,
        CLUSTER
    }

    /// One server: of a cluster any, of Sentinels a Sentinel.
    public record Host(String name, int port) {
        @Override
        public String toString() {
            return (name.contains(":") ? "[" + name + "]" : name) + ":" + port;
        }
    }

    public RedisAddress {
        hosts = List.copyOf(hosts);
        require(PREFIX.matcher(prefix).matches(), "its prefix must be 1 to 64 of A-Z a-z 0-9 . _ -");
        require(
                kind != Kind.SINGLE || hosts.size() == 1,
                "a single server has one host; several need +sentinel or +cluster");
        require((kind == Kind.SENTINEL) == (primary != null), "Sentinels, and they alone, need the name of a primary");
        require(kind != Kind.CLUSTER || database == 0, "a cluster has no databases");
        require(user == null || password != null, "a user needs a password, as user:password@");
    }

    /// Reads an address.
    ///
    /// @throws IllegalArgumentException if it is none; the message does not repeat it, for it may hold a password
    public static RedisAddress parse(String url) {
        Matcher form = FORM.matcher(url);
        require(form.matches(), "it must be a URL, " + EXAMPLES);
        Kind kind =
                form.group(2) == null ? Kind.SINGLE : form.group(2).equals("sentinel") ? Kind.SENTINEL : Kind.CLUSTER;
        boolean sentinel = kind == Kind.SENTINEL;
        require(sentinel || form.group(7) == null, "there is more after the database than it can have");
        return new RedisAddress(
                kind,
                form.group(1).equals("rediss"),
                decoded(form.group(3)),
                decoded(form.group(4)),
                hosts(form.group(5), sentinel ? RedisURI.DEFAULT_SENTINEL_PORT : RedisURI.DEFAULT_REDIS_PORT),
                sentinel ? nullIfEmpty(form.group(6)) : null,
                database(form.group(sentinel ? 7 : 6)),
                form.group(8) == null ? "fanfare" : form.group(8));
    }

    private static @Nullable String decoded(@Nullable String text) {
        return nullIfEmpty(text == null ? null : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8));
    }

    private static @Nullable String nullIfEmpty(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private static List<Host> hosts(String text, int defaultPort) {
        List<Host> hosts = new ArrayList<>();
        for (String host : text.split(",", -1)) {
            Matcher form = HOST.matcher(host);
            require(form.matches(), Quote.of(host) + " is no host");
            int port = form.group(2) == null ? defaultPort : Integer.parseInt(form.group(2));
            require(port >= 1 && port <= 65535, port + " is no port");
            hosts.add(new Host(form.group(1).replaceAll("[\\[\\]]", ""), port));
        }
        return hosts;
    }

    private static int database(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return 0;
        }
        require(DATABASE.matcher(text).matches(), Quote.of(text) + " is no number of a database");
        return Integer.parseInt(text);
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("the address of a Redis cannot be used: " + rule);
        }
    }

    /// Returns how to reach a server that topics are on.
    RedisURI uri(Host host) {
        return credentials(RedisURI.builder()
                        .withHost(host.name)
                        .withPort(host.port)
                        .withDatabase(database)
                        .withSsl(tls)
                        .withClientName("fanfare"))
                .build();
    }

    /// Returns how to reach a Sentinel that wants no password: it refuses users that it does not know.
    RedisURI sentinelUri(Host host) {
        return sentinel(host).build();
    }

    /// Returns how to sign in at a Sentinel, with what the servers that it watches want.
    RedisURI lockedSentinelUri(Host host) {
        return credentials(sentinel(host)).build();
    }

    /// A Sentinel has no databases.
    private RedisURI.Builder sentinel(Host host) {
        return RedisURI.builder().withHost(host.name).withPort(host.port).withSsl(tls);
    }

    private RedisURI.Builder credentials(RedisURI.Builder builder) {
        if (user != null && password != null) {
            builder.withAuthentication(user, password.toCharArray());
        } else if (password != null) {
            builder.withPassword(password.toCharArray());
        }
        return builder;
    }

    String scheme() {
        return (tls ? "rediss" : "redis")
                + (kind == Kind.SINGLE ? "" : "+" + kind.name().toLowerCase(Locale.ROOT));
    }

    /// Returns the address without its password.
    @Override
    public String toString() {
        String credentials = password == null ? "" : (user == null ? "" : user) + ":***@";
        String places = String.join(",", hosts.stream().map(Host::toString).toList());
        return scheme() + "://" + credentials + places
                + (primary == null ? "" : "/" + primary)
                + (database == 0 ? "" : "/" + database)
                + (prefix.equals("fanfare") ? "" : "?prefix=" + prefix);
    }
}
