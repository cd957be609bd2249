package dev.fanfare.hub.config;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The table of settings: flags, help, `fanfare config` and the documentation all come from here.
public final class Settings {
    /// How commands print.
    public enum Output {
        TEXT,
        JSON
    }

    /// From which severity on the hub logs.
    public enum Severity {
        ERROR,
        WARNING,
        INFO,
        DEBUG,
        TRACE
    }

    private static final List<Setting<?>> TABLE = new ArrayList<>();

    public static final Setting<String> HOST = add(
            "host",
            Type.HOST,
            "127.0.0.1",
            "The address to listen on; only loopback while there is no authentication.");
    public static final Setting<Integer> PORT =
            add("port", Type.whole(0, 65_535), "7780", "The port to listen on; 0 takes any that is free.");
    public static final Setting<URI> URL =
            add("url", Type.URL, "", "The hub that commands talk to; if not set, the one at host and port.");
    public static final Setting<String> APP = add("app", Type.APP, "default", "The app that commands work in.");
    public static final Setting<Output> OUTPUT =
            add("output", Type.choice(Output.class), "text", "How commands print: text for people, json for programs.");
    public static final Setting<Store> STORE = add(
            "store",
            Type.STORE,
            "memory",
            "Where events are kept: in memory until the hub stops, in a file, as sqlite:events.db, or in Redis or PostgreSQL, by their address.");
    public static final Setting<Severity> LOG_LEVEL = add(
            "log.level",
            Type.choice(Severity.class),
            "warning",
            "From which severity on the hub logs, to standard error.");
    public static final Setting<Output> LOG_FORMAT = add(
            "log.format", Type.choice(Output.class), "text", "One line of text, or one JSON object, for each record.");
    public static final Setting<List<String>> ALLOWED_HOSTS =
            add("allowed.hosts", Type.LIST, "", "Names beside localhost that requests may name in their Host header.");
    public static final Setting<List<String>> ALLOWED_ORIGINS = add(
            "allowed.origins",
            Type.LIST,
            "",
            "Origins beside those on loopback whose pages may read and write, as https://shop.example.");

    public static final Setting<Integer> HISTORY_EVENTS =
            add("history.events", Type.whole(0, 1_000_000), "256", "How many events a topic keeps; 0 keeps none.");
    public static final Setting<Long> HISTORY_BYTES =
            add("history.bytes", Type.size("0B", "1GiB"), "8MiB", "How many bytes of messages a topic keeps.");
    public static final Setting<Duration> HISTORY_AGE =
            add("history.age", Type.DURATION, "10m", "How long a topic keeps an event.");
    public static final Setting<Long> HISTORY_MEMORY = add(
            "history.memory",
            Type.size("1MiB", "1024GiB"),
            "",
            "Memory for the recent events of all topics that are read; if not set, a quarter of the heap.");
    public static final Setting<Duration> KEEP_IDLE = add(
            "keep.idle-topics", Type.DURATION, "24h", "After how long without an event an open topic is forgotten.");
    public static final Setting<Duration> KEEP_ENDED = add(
            "keep.ended-topics",
            Type.DURATION,
            "24h",
            "How long a closed topic and an ended job answer for their end.");
    public static final Setting<Duration> KEEP_KEYS =
            add("keep.idempotency-keys", Type.DURATION, "5m", "How long a repeated idempotency key is recognised.");

    public static final Setting<Long> LIMIT_BODY =
            add("limits.body", Type.size("1KiB", "1GiB"), "1MiB", "The body of a publish, and a line of a batch.");
    public static final Setting<Long> LIMIT_BATCH =
            add("limits.batch", Type.size("1KiB", "1GiB"), "16MiB", "The body of a batch.");
    public static final Setting<Long> LIMIT_FRAME =
            add("limits.frame", Type.size("1KiB", "1GiB"), "1MiB", "A message over WebSocket to the hub.");
    public static final Setting<Integer> LIMIT_FRAGMENTS =
            add("limits.fragments", Type.whole(1, 100_000), "64", "The frames that such a message may come in.");
    public static final Setting<Integer> LIMIT_NAMES =
            add("limits.names", Type.whole(1, 100_000), "128", "The topics and patterns that one connection may name.");
    public static final Setting<Integer> LIMIT_CONNECTIONS = add(
            "limits.connections",
            Type.whole(1, 10_000_000),
            "",
            "Connections at once; if not set, the files that the process may open less 1,000, at least half of them.");
    public static final Setting<Integer> LIMIT_CONNECTIONS_PER_ADDRESS = add(
            "limits.connections-per-address",
            Type.whole(1, 10_000_000),
            "100",
            "Connections at once from one address; loopback is not counted.");
    public static final Setting<Long> LIMIT_HEADERS =
            add("limits.headers", Type.size("1KiB", "1MiB"), "16KiB", "All headers of a request.");
    public static final Setting<Long> LIMIT_URL =
            add("limits.url", Type.size("256B", "1MiB"), "8KiB", "The first line of a request.");
    public static final Setting<Long> LIMIT_SEND_BUFFER =
            add("limits.send-buffer", Type.size("4KiB", "64MiB"), "64KiB", "The kernel's send buffer of a connection.");
    public static final Setting<Long> LIMIT_WAITING = add(
            "limits.waiting",
            Type.size("4KiB", "64MiB"),
            "64KiB",
            "What waits for a connection beyond that buffer; then it is a position only.");

    public static final Setting<Duration> TIME_HEARTBEAT =
            add("timing.heartbeat", Type.DURATION, "15s", "Between two comments of an SSE stream.");
    public static final Setting<Duration> TIME_PING =
            add("timing.ping", Type.DURATION, "25s", "Between two pings of a WebSocket.");
    public static final Setting<Duration> TIME_PONG =
            add("timing.pong", Type.DURATION, "8s", "From a ping to its pong.");
    public static final Setting<Duration> TIME_STALL =
            add("timing.stall", Type.DURATION, "30s", "Without a byte taken, until a reader is closed.");
    public static final Setting<Duration> TIME_HEAD =
            add("timing.head", Type.DURATION, "10s", "Until a request's headers are there.");
    public static final Setting<Duration> TIME_BODY = add(
            "timing.body", Type.DURATION, "10s", "Until its body is there, given more as long as bytes keep coming.");
    public static final Setting<Duration> TIME_IDLE =
            add("timing.idle", Type.DURATION, "75s", "Between two requests of a connection.");
    public static final Setting<Duration> TIME_DRAIN =
            add("timing.drain", Type.DURATION, "8s", "From a signal to stop until what is still open is cut.");
    public static final Setting<Duration> TIME_RETRY = add(
            "timing.retry",
            Type.DURATION,
            "2s",
            "The least that a reader which was cut off is asked to wait before it comes back; up to twice that.");

    public static final List<Setting<?>> ALL = List.copyOf(TABLE);

    private Settings() {}

    private static <T> Setting<T> add(String key, Type<T> type, String byDefault, String description) {
        Setting<T> setting = new Setting<>(key, type, byDefault, description);
        TABLE.add(setting);
        return setting;
    }

    /// Returns the setting with that key.
    public static Optional<Setting<?>> byKey(String key) {
        return ALL.stream().filter(setting -> setting.key().equals(key)).findFirst();
    }

    /// Returns the table without some of its rows.
    public static List<Setting<?>> allBut(List<Setting<?>> left) {
        List<Setting<?>> rest = new ArrayList<>(ALL);
        rest.removeAll(left);
        return rest;
    }

    static List<String> keys() {
        return ALL.stream().<String>map(Setting::key).toList();
    }
}
