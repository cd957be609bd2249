package dev.fanfare.history;

import dev.fanfare.Delivery;
import dev.fanfare.Position;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.TopicName;
import dev.fanfare.wire.DeliveryReader;
import dev.fanfare.wire.JsonObject;
import dev.fanfare.wire.Notice;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A reader over WebSocket that writes down all it is given, with nothing between it and the wire: what it sees
/// twice or never sees, the hub has sent twice or never.
///
/// Threads: safe; all is guarded by this, but for the sending, which the socket does by itself.
final class SocketReader implements Reading {
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final SocketReaders shared;
    private final Supplier<URI> hub;
    private final List<String> topics;
    private final Recorder recorder;
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final Map<String, Position> places = new LinkedHashMap<>();
    private final Set<String> ended = new HashSet<>();
    private @Nullable Socket socket;
    private boolean wasConnected;
    private boolean closed;

    SocketReader(SocketReaders shared, Supplier<URI> hub, List<String> topics, Recorder recorder) {
        this.shared = shared;
        this.hub = hub;
        this.topics = List.copyOf(topics);
        this.recorder = recorder;
    }

    @Override
    public CompletionStage<Void> begun() {
        return begun;
    }

    synchronized void connect() {
        if (closed) {
            return;
        }
        URI at = hub.get().resolve("/v1/" + recorder.app() + "/ws");
        Socket next = new Socket(this::heard, this::lost, shared.silence());
        socket = next;
        next.opened().thenRun(() -> subscribe(next));
        next.open(shared.http(), URI.create("ws" + at.toString().substring("http".length())), shared.timer());
    }

    private synchronized void subscribe(Socket to) {
        for (int i = 0; i < topics.size(); i++) {
            String topic = topics.get(i);
            if (!ended.contains(topic)) {
                to.send(request(i, topic));
            }
        }
    }

    private String request(int id, String topic) {
        boolean job = TopicName.isJob(topic);
        Position place = places.get(topic);
        String start = place == null ? "" : ",\"after\":\"" + place + "\"";
        return "{\"type\":\"subscribe\",\"id\":" + id + ",\"" + (job ? "job" : "topic") + "\":\""
                + (job ? TopicName.jobId(topic) : topic) + "\"" + start + "}";
    }

    private synchronized void heard(Socket from, String text) {
        if (from != socket || closed) {
            return;
        }
        JsonObject frame = JsonObject.parse(Bytes.utf8(text));
        String type = frame.requireText("type");
        if (type.equals("ok")) {
            subscribed(frame);
        } else if (type.equals("error")) {
            from.abort("refused: " + frame.text("code").orElse(""));
        } else if (DeliveryReader.read(Bytes.utf8(text)) instanceof Notice.Delivered delivered) {
            delivered(delivered.delivery());
        }
    }

    private void subscribed(JsonObject frame) {
        String topic = topics.get(Math.toIntExact(frame.number("id").orElseThrow()));
        Position place = DeliveryReader.position(frame, "position");
        places.putIfAbsent(topic, place);
        wasConnected = true;
        recorder.connected(Map.of(topic, place), List.of());
        if (places.size() == topics.size()) {
            begun.complete(null);
        }
    }

    private void delivered(Delivery delivery) {
        recorder.delivered(delivery);
        places.put(delivery.topic(), delivery.position());
        if (delivery instanceof Delivery.Ended) {
            ended.add(delivery.topic());
        }
    }

    private synchronized void lost(Socket from, String why) {
        if (from != socket || closed) {
            return;
        }
        socket = null;
        if (ended.size() == topics.size()) {
            return; // nothing to come back for
        }
        if (wasConnected) {
            recorder.disconnected(why);
        }
        wasConnected = false;
        shared.timer().schedule(this::connect, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void reconnect() {
        Socket giveUp;
        synchronized (this) {
            giveUp = socket;
        }
        if (giveUp != null) {
            giveUp.abort("given up by the reader");
        }
    }

    @Override
    public void close() {
        Socket giveUp;
        synchronized (this) {
            closed = true;
            giveUp = socket;
        }
        if (giveUp != null) {
            giveUp.abort("closed");
        }
    }
}
