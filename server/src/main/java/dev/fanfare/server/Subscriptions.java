package dev.fanfare.server;

import dev.fanfare.Cursor;
import dev.fanfare.Selection;
import dev.fanfare.spi.Quote;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What one WebSocket has subscribed to, by name: a job's begins with `$jobs/`.
///
/// Threads: confined to the event loop.
final class Subscriptions {
    private final WsStream stream;
    private final int most;
    private final Map<String, Reader> readers = new LinkedHashMap<>();

    Subscriptions(WsStream stream, int most) {
        this.stream = stream;
        this.most = most;
    }

    /// Takes a place for what is about to be opened.
    ///
    /// @throws Refusal if it is subscribed to already, or there are too many
    Reader reserve(String app, Selection selection) {
        String name = name(selection);
        if (readers.containsKey(name)) {
            throw new Refusal(
                    Code.CONFLICT,
                    "this connection has subscribed to " + Quote.of(name) + " already; unsubscribe first");
        }
        if (readers.size() >= most) {
            throw new Refusal(
                    Code.TOO_MANY_TOPICS,
                    "a connection names at most " + most + " topics, jobs and patterns; unsubscribe some");
        }
        Reader reader = new Reader(stream, GroupKey.of(app, selection), selection.isSingle());
        readers.put(name, reader);
        return reader;
    }

    /// Gives the place back if the reader still has it.
    ///
    /// @return whether it had
    boolean free(Selection selection, Reader reader) {
        return readers.remove(name(selection), reader);
    }

    /// Begins to read, unless the place has been given back meanwhile.
    void start(Selection selection, Reader reader, Cursor cursor, Waker waker) {
        if (stream.isClosed() || readers.get(name(selection)) != reader) {
            cursor.close();
        } else {
            reader.start(cursor, waker, List.of());
        }
    }

    /// @throws Refusal if it is not subscribed to
    void end(String name) {
        Reader reader = readers.remove(name);
        if (reader == null) {
            throw new Refusal(Code.NOT_FOUND, "this connection has not subscribed to " + Quote.of(name));
        }
        reader.close();
    }

    void ended(Reader reader) {
        readers.values().remove(reader);
    }

    void forEach(Consumer<Reader> action) {
        List.copyOf(readers.values()).forEach(action);
    }

    List<String> names() {
        return List.copyOf(readers.keySet());
    }

    private static String name(Selection selection) {
        return selection.items().get(0).pattern().name();
    }
}
