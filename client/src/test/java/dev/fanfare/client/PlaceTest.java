package dev.fanfare.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Delivery;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.Selection;
import dev.fanfare.StartAt;
import dev.fanfare.TopicPattern;
import dev.fanfare.VectorPosition;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.DeliveryReader;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What a reader has been given already, and what only looks so.
final class PlaceTest {
    private final Place place =
            new Place(StreamStart.of(Selection.of(TopicPattern.ofJobs("import"), StartAt.snapshot()))
                    .get(0));

    private static Received update(long offset, int tag, String more) {
        Position position = new Position(7, offset, tag);
        return DeliveryReader.received(Bytes.utf8("""
                {"type":"job","job_id":"import","status":"processing","progress":0.5,"message":null,"results":null,
                "error":null,"timestamp":"2026-11-21T10:00:00.000Z","attempt":1,"position":"%s"%s}
                """.formatted(position, more)));
    }

    private static Delivery snapshot(long offset, int tag) {
        return update(offset, tag, ",\"snapshot\":true");
    }

    @Test
    void whatAHubRepeatsHasPassed() {
        place.pass(update(5, 0xa5, ""));

        assertThat(place.hasPassed(update(4, 0xa4, ""))).isTrue();
        assertThat(place.hasPassed(update(5, 0xa5, ""))).isTrue();
        assertThat(place.hasPassed(snapshot(5, 0xa5))).isTrue();
        assertThat(place.hasPassed(update(6, 0xa6, ""))).isFalse();
    }

    @Test
    void aJobThatTheStoreHasSetBackIsNotTakenForARepetition() {
        place.pass(update(5, 0xa5, ""));

        Delivery before = snapshot(3, 0xa3);
        assertThat(place.hasPassed(before)).isFalse();
        place.pass(before);
        assertThat(place.hasPassed(update(4, 0xb4, ""))).isFalse();
    }

    @Test
    void anotherEventAtItsPlaceHasNotPassed() {
        place.pass(update(5, 0xa5, ""));

        assertThat(place.hasPassed(update(5, 0xb5, ""))).isFalse();
    }

    private static Received event(String topic) {
        return DeliveryReader.received(Bytes.utf8("""
                {"type":"event","topic":"%s","event":null,"message":1,"published_at":"2026-11-21T10:00:00.000Z",
                "position":"%s"}
                """.formatted(topic, new Position(7, 1, 0xa1))));
    }

    private static VectorPosition full() {
        Map<String, Position> positions = new HashMap<>();
        for (int i = 0; i < VectorPosition.MAX_POSITIONS; i++) {
            positions.put("orders/" + i, new Position(7, 1, 0xa1));
        }
        return VectorPosition.of(Instant.EPOCH.plusSeconds(1), true, positions);
    }

    @Test
    void aPlaceThatHasNoRoomForAllThatTheHubDoesNotKnowIsNotWhole() {
        Place many = new Place(StreamStart.of(Selection.of(TopicPattern.of("orders/*"), StartAt.live()))
                .get(0));
        many.say(full().toString());
        assertThat(many.vector()).isEqualTo(full());

        many.pass(event("orders/new"));
        assertThat(many.vector().of("orders/new")).isPresent();
        assertThat(many.vector().whole()).isFalse();

        many.say(full().toString());
        assertThat(many.vector().whole()).isTrue();
    }
}
