package dev.fanfare.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.CloseReason;
import dev.fanfare.Delivery;
import dev.fanfare.Durability;
import dev.fanfare.Event;
import dev.fanfare.HistoryPage;
import dev.fanfare.Position;
import dev.fanfare.Receipt;
import dev.fanfare.Received;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.TopicState;
import dev.fanfare.contract.RecordingSubscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Publishing, and what a topic tells of itself.
interface TopicRules extends Rules {
    /// JSON that something on the way might change.
    List<String> AWKWARD = List.of(
            "null",
            "\"\"",
            "-1.50e+7",
            "12345678901234567890123",
            "\"\\r\\n\\u0000\"",
            "\"\\ud83c\\udf89 🎉 \u202eישר\uFEFF\u2028\"",
            "{\"id\":1,\"data\":\"x\",\"a\":{\"b\":[]}}");

    @Test
    default void eventsArriveInTheOrderOfTheirPublishing() {
        try (RecordingSubscriber reader = subscribe("stock", StartAt.live())) {
            Rules.publish(topic("stock"), 1, 100);
            assertThat(reader.messages(100)).isEqualTo(Rules.numbers(1, 100));
        }
    }

    @Test
    default void eventsPublishedWithoutWaitingKeepTheirOrder() {
        try (RecordingSubscriber reader = subscribe("stock", StartAt.live())) {
            List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
            for (int i = 1; i <= 250; i++) {
                receipts.add(topic("stock").publishAsync(Event.json("" + i)).toCompletableFuture());
            }
            assertThat(reader.messages(250)).isEqualTo(Rules.numbers(1, 250));
            List<Position> positions =
                    receipts.stream().map(receipt -> receipt.join().position()).toList();
            assertThat(positions).extracting(Position::offset).isSorted();
        }
    }

    @Test
    default void aReceiptSaysWhereAndWhenTheEventWasStored() {
        try (RecordingSubscriber reader = subscribe("stock", StartAt.live())) {
            Receipt receipt = topic("stock").publish("1");
            Received event = reader.event();
            assertThat(receipt.position()).isEqualTo(event.position());
            assertThat(receipt.publishedAt().toEpochMilli())
                    .isEqualTo(event.publishedAt().toEpochMilli());
            assertThat(receipt.durability()).isEqualTo(Durability.MEMORY);
            assertThat(receipt.duplicate()).isFalse();
        }
    }

    @Test
    default void whatAnEventSaysArrivesUnchanged() {
        try (RecordingSubscriber reader = subscribe("stock", StartAt.live())) {
            for (String json : AWKWARD) {
                topic("stock").publish(Event.json(json).named("created"));
                Received event = reader.event();
                assertThat(event.message()).isEqualTo(json);
                assertThat(event.eventName()).contains("created");
                assertThat(event.topic()).isEqualTo("stock");
            }
        }
    }

    @Test
    default void aLargeMessageArrivesUnchanged() {
        try (RecordingSubscriber reader = subscribe("stock", StartAt.live())) {
            String json = "\"" + "größer ".repeat(100_000) + "\"";
            topic("stock").publish(json);
            assertThat(reader.event().message()).isEqualTo(json);
        }
    }

    @Test
    default void namesAndReasonsMayBeInAnyScript() {
        String name = "größe/日本 語/100%?&=\"\\x";
        try (RecordingSubscriber reader = subscribe(name, StartAt.live())) {
            Event event = Event.json("1").named("angelegt é🎉").withIdempotencyKey("schlüssel");
            topic(name).publish(event);
            assertThat(topic(name).publish(event).duplicate()).isTrue();
            topic(name).publish(Event.json("2").named(" x ").closing(new CloseReason("geschlossen · fin")));
            assertThat(reader.event().eventName()).contains("angelegt é🎉");
            assertThat(reader.event().eventName()).contains(" x ");
            assertThat(reader.end().reason().text()).isEqualTo("geschlossen · fin");
            assertThat(topic(name).state()).isPresent();
            assertThat(topic(name).history(Position.NONE, 10).events()).hasSize(2);
            assertThat(topic(name).drop()).isTrue();
        }
    }

    @Test
    default void aRepeatedIdempotencyKeyIsStoredOnce() {
        try (RecordingSubscriber reader = subscribe("stock", StartAt.live())) {
            Event event = Event.json("1").withIdempotencyKey("once");
            Receipt first = topic("stock").publish(event);
            Receipt second = topic("stock").publish(event);
            assertThat(second.duplicate()).isTrue();
            assertThat(second.position()).isEqualTo(first.position());
            topic("stock").publish("2");
            assertThat(reader.messages(2)).containsExactly("1", "2");
        }
    }

    @Test
    default void aTopicTellsItsState() {
        assertThat(topic("stock").state()).isEmpty();
        Receipt first = topic("stock").publish("1");
        topic("stock").publish(Event.json("2").asSnapshot());
        Receipt third = topic("stock").publish(Event.json("3").closing(new CloseReason("sold out")));
        TopicState state = topic("stock").state().orElseThrow();
        assertThat(state.topic()).isEqualTo("stock");
        assertThat(state.position()).isEqualTo(third.position());
        assertThat(state.closed()).contains(new CloseReason("sold out"));
        assertThat(state.snapshot().map(Received::message)).contains("2");
        assertThat(state.snapshot().map(Received::isSnapshot)).contains(true);
        assertThat(state.oldest()).contains(first.position());
    }

    @Test
    default void historyIsReadPageByPage() {
        List<Receipt> receipts = Rules.publish(topic("stock"), 1, 5);
        HistoryPage first = topic("stock").history(Position.NONE, 3);
        assertThat(first.events()).extracting(Received::message).containsExactly("1", "2", "3");
        assertThat(first.next()).isEqualTo(receipts.get(2).position());
        assertThat(first.head()).isEqualTo(receipts.get(4).position());
        assertThat(first.gap()).isEmpty();
        HistoryPage second = topic("stock").history(first.next(), 3);
        assertThat(second.events()).extracting(Received::message).containsExactly("4", "5");
        assertThat(second.next()).isEqualTo(second.head());
        assertThat(topic("nothing").history(Position.NONE, 3))
                .isEqualTo(new HistoryPage(List.of(), Position.NONE, Position.NONE, Optional.empty()));
    }

    @Test
    default void historyTellsWhatIsLost() {
        List<Receipt> receipts = Rules.publish(topic("short/stock"), 1, 10);
        HistoryPage page = topic("short/stock").history(receipts.get(0).position(), 10);
        Delivery.Gap gap = page.gap().orElseThrow();
        assertThat(gap.cause()).isEqualTo(Delivery.Cause.TRUNCATED);
        assertThat(gap.missed()).hasValue(9 - page.events().size());
        assertThat(gap.from()).isEqualTo(receipts.get(0).position());
        assertThat(page.events()).extracting(Received::message).endsWith("10");
    }

    @Test
    default void aDropEndsAllReadersAndFreesTheName() {
        Topic stock = topic("stock");
        assertThat(stock.drop()).isFalse();
        stock.publish("1");
        try (RecordingSubscriber reader = subscribe("stock", StartAt.earliest())) {
            assertThat(reader.event().message()).isEqualTo("1");
            assertThat(stock.drop()).isTrue();
            assertThat(reader.end().reason()).isEqualTo(CloseReason.DROPPED);
            assertThat(reader.isEnded()).isTrue();
        }
        assertThat(stock.state()).isEmpty();
        stock.publish("2");
        try (RecordingSubscriber reader = subscribe("stock", StartAt.earliest())) {
            assertThat(reader.event().message()).isEqualTo("2");
        }
    }

    @Test
    default void appsAreSeparate() {
        try (RecordingSubscriber reader = subscribe("**", StartAt.live())) {
            broadcaster().app("other").topic("stock").publish("\"theirs\"");
            topic("stock").publish("\"ours\"");
            assertThat(reader.event().message()).isEqualTo("\"ours\"");
        }
        assertThat(broadcaster().app("third").topic("stock").state()).isEmpty();
    }
}
