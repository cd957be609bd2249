package dev.fanfare.client.judges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Delivery;
import dev.fanfare.Received;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.DeliveryReader;
import dev.fanfare.wire.Notice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Compares what a judge has read with what was published.
final class Verdict {
    /// An event as a judge gave it.
    ///
    /// @param type its name, or `message`
    /// @param id the last id that the judge knew; some tell only the event's own, and are silent when it has none
    record Read(String type, String data, String id) {
        /// What a judge adds when it has stopped by itself, because the hub told it that all has ended.
        static final Read STOPPED = new Read("stopped", "", "");

        boolean isSubscribed() {
            return type.equals("subscribed");
        }
    }

    private Verdict() {}

    /// Of one topic: everything once, in order, each with its id.
    ///
    /// Whoever is cut off between the last event and the end, and comes back, is told to stop rather than why.
    static void ofOneTopic(String stream, List<Delivery> published, List<Read> read) {
        List<Read> expected = new ArrayList<>();
        published.forEach(
                delivery -> expected.add(read(delivery, delivery.position().toString())));
        List<Read> events = new ArrayList<>();
        read.stream().filter(event -> !event.isSubscribed()).forEach(event -> events.add(normalized(event)));
        if (events.remove(Read.STOPPED)) {
            expected.remove(expected.size() - 1);
        }
        assertThat(events).as(stream).isEqualTo(expected);
    }

    /// Of several: of each topic everything in order. Once more only what came after the last id before a cut, and the
    /// ends of those that are over: a position does not say whether its end has been told.
    static void ofSeveralTopics(String stream, Map<String, List<Delivery>> published, List<Read> read) {
        Map<String, List<Read>> seen = new HashMap<>();
        published.keySet().forEach(topic -> seen.put(topic, new ArrayList<>()));
        Set<Read> sinceId = new HashSet<>();
        Set<Read> repeatable = new HashSet<>();
        String lastId = "";
        for (Read event : read) {
            if (event.equals(Read.STOPPED)) {
                published.forEach((topic, deliveries) -> addMissingEnd(deliveries, seen.get(topic)));
                break;
            }
            if (event.isSubscribed()) {
                repeatable.addAll(sinceId);
                seen.values().forEach(events -> repeatable.addAll(end(events)));
                sinceId.clear();
                lastId = event.id().isEmpty() ? lastId : event.id();
                continue;
            }
            Read plain = new Read(event.type(), normalized(event).data(), "");
            if (!repeatable.remove(plain)) { // what was one flush before the cut may be several after it
                seen.get(delivery(event).topic()).add(plain);
            }
            sinceId.add(plain);
            if (!event.id().isEmpty() && !event.id().equals(lastId)) {
                lastId = event.id();
                sinceId.clear();
            }
        }
        published.forEach((topic, deliveries) -> assertThat(seen.get(topic))
                .as("%s %s, of %s", stream, topic, read)
                .isEqualTo(
                        deliveries.stream().map(delivery -> read(delivery, "")).toList()));
    }

    private static List<Read> end(List<Read> seen) {
        return seen.stream().filter(event -> event.type().equals("end")).toList();
    }

    private static void addMissingEnd(List<Delivery> published, List<Read> seen) {
        if (seen.size() == published.size() - 1) {
            seen.add(read(published.get(seen.size()), ""));
        }
    }

    private static Read read(Delivery delivery, String id) {
        String type =
                delivery instanceof Received received ? received.eventName().orElse("message") : "end";
        return normalized(new Read(type, delivery.json().utf8(), id));
    }

    /// A reader that is cut off between the stream's beginning and its first event comes back with a position, and gets
    /// the event that is the snapshot as what it is too: an event.
    private static Read normalized(Read event) {
        return new Read(event.type(), event.data().replace(",\"snapshot\":true}", "}"), event.id());
    }

    private static Delivery delivery(Read event) {
        return ((Notice.Delivered) DeliveryReader.read(Bytes.utf8(event.data()))).delivery();
    }
}
