package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Durability;
import dev.fanfare.Position;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.TooLarge;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Names;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What an append stores, and where.
interface AppendRules extends BackendUnderTest {
    @Test
    default void theFirstEventBeginsALifeAtOffsetOne() {
        Draft first = Draft.to(TOPIC, "a");
        Accepted accepted = node().accept(first);
        StoredEvent stored = node().read(TOPIC).events().get(0);

        assertThat(accepted.position().epoch()).isPositive();
        assertThat(accepted.position())
                .isEqualTo(new Position(accepted.position().epoch(), 1, (int) first.uid()));
        assertThat(stored.position()).isEqualTo(accepted.position());
        assertThat(stored.uid()).isEqualTo(first.uid());
        assertThat(stored.prevOffset()).isZero();
        assertThat(stored.prevUid()).isZero();
        assertThat(stored.at()).isEqualTo(accepted.at());
    }

    @Test
    default void everyLifeHasAnEpochOfItsOwn() {
        List<Long> epochs = IntStream.range(0, 50)
                .mapToObj(i ->
                        node().publish(new TopicName("shop", "topic-" + i), "a").epoch())
                .toList();
        assertThat(epochs).doesNotHaveDuplicates();
    }

    @Test
    default void aThousandEventsHaveOffsetsWithoutHolesAndAnUnbrokenChain() {
        List<Draft> drafts = IntStream.range(0, 1000)
                .mapToObj(i -> Draft.to(TOPIC, "message " + i).keeping(Policies.LARGE))
                .toList();
        drafts.subList(0, 500).forEach(node()::accept);
        assertThat(node().append(drafts.subList(500, 1000))).hasOnlyElementsOfType(Accepted.class);

        List<StoredEvent> chain = node().chain(TOPIC, Policies.before(node().head(TOPIC)));
        assertThat(chain)
                .extracting(StoredEvent::uid)
                .containsExactlyElementsOf(drafts.stream().map(Draft::uid).toList());
        assertThat(chain).extracting(StoredEvent::offset).startsWith(1L).endsWith(1000L);
    }

    @Test
    default void theHeadTellsOfTheLastEvent() {
        node().publish(TOPIC, "a");
        Instant begun = node().head(TOPIC).created();
        elapse(Duration.ofSeconds(2));
        Draft last = Draft.to(TOPIC, "b");
        Accepted accepted = node().accept(last);
        Head head = node().head(TOPIC);

        assertThat(head.position()).isEqualTo(accepted.position());
        assertThat(head.uid()).isEqualTo(last.uid());
        assertThat(head.state()).isEqualTo(Head.State.OPEN);
        assertThat(head.reason()).isNull();
        assertThat(head.oldest()).isEqualTo(1);
        assertThat(head.snapshotOffset()).isZero();
        assertThat(head.created()).isEqualTo(begun);
        assertThat(head.changed()).isEqualTo(accepted.at()).isAfter(begun);
    }

    @Test
    default void anEventIsKeptAsItWasGiven() {
        node().accept(Draft.to(TOPIC, "{\"größe\":\"🎺\"}")
                .named("naïve 🎺 name")
                .conflatable());
        node().accept(Draft.to(TOPIC, "plain"));
        List<StoredEvent> events = node().read(TOPIC).events();

        assertThat(events).extracting(StoredEvent::name).containsExactly("naïve 🎺 name", null);
        assertThat(events).extracting(StoredEvent::conflatable).containsExactly(true, false);
        assertThat(node().messages(TOPIC)).containsExactly("{\"größe\":\"🎺\"}", "plain");
    }

    @Test
    default void messagesAreBytesOfAnyKind() {
        byte[] every = new byte[256];
        IntStream.range(0, 256).forEach(i -> every[i] = (byte) i);
        List<Bytes> messages = List.of(
                Bytes.EMPTY,
                Bytes.owning(new byte[] {0}),
                Bytes.owning(new byte[] {-1}),
                Bytes.owning(every),
                Bytes.utf8("'\\\""));
        messages.forEach(message -> node().accept(Draft.to(TOPIC, message)));

        assertThat(node().read(TOPIC).events()).extracting(StoredEvent::message).containsExactlyElementsOf(messages);
    }

    @Test
    default void topicsAreToldApartByEveryByteOfTheirNames() {
        String longest = "x".repeat(Names.MAX_TOPIC_BYTES);
        List<String> names = Stream.concat(
                        Stream.of(
                                "a", "A", "a/b", "a:b", "a_b", "a%b", "a b", "{a}", "{a}:b", "'a'", "\"a\"", "a\\b",
                                "a;--"),
                        Stream.of("é", "e", "🎺", "שלום", "日本/東京", "ﬁ", "fi", longest, longest.substring(1)))
                .toList();
        names.forEach(name -> node().publish(new TopicName("shop", name), name));

        assertThat(names)
                .allSatisfy(name ->
                        assertThat(node().messages(new TopicName("shop", name))).containsExactly(name));
        assertThat(node().names("shop")).containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    default void aMessageOfTheLargestSizeIsKept() {
        byte[] bytes = new byte[node().backend().capabilities().maxMessageBytes()];
        Arrays.fill(bytes, (byte) 'x');
        Bytes message = Bytes.owning(bytes);
        node().attach(TOPIC);
        Position position = node().accept(Draft.to(TOPIC, message)).position();

        assertThat(message.length()).isGreaterThanOrEqualTo(1 << 20);
        node().news().awaitAt(TOPIC, position);
        assertThat(node().read(TOPIC).events().get(0).message()).isEqualTo(message);
    }

    @Test
    default void aMessageThatIsTooLargeIsRefusedAndChangesNothing() {
        int largest = node().backend().capabilities().maxMessageBytes();
        node().publish(TOPIC, "a");
        Head before = node().head(TOPIC);
        Bytes tooLarge = Bytes.owning(new byte[largest + 1]);
        List<AppendResult> results = node().append(List.of(Draft.to(TOPIC, tooLarge), Draft.to(OTHER, tooLarge)));

        assertThat(results).containsExactly(new TooLarge(largest), new TooLarge(largest));
        assertThat(node().head(TOPIC)).isEqualTo(before);
        assertThat(node().read(OTHER)).isEqualTo(TopicView.ABSENT);
    }

    @Test
    default void resultsBelongToTheAppendsOfTheirBatch() {
        List<Draft> drafts = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            drafts.add(Draft.to(new TopicName("shop", "topic-" + i % 7), "message " + i));
        }
        List<AppendResult> results = node().append(drafts);

        assertThat(results).hasSameSizeAs(drafts);
        for (int i = 0; i < drafts.size(); i++) {
            Position position = ((Accepted) results.get(i)).position();
            assertThat(position.offset()).isEqualTo(i / 7 + 1);
            assertThat(position.tag()).isEqualTo((int) drafts.get(i).uid());
        }
        assertThat(node().messages(new TopicName("shop", "topic-3")))
                .startsWith("message 3", "message 10", "message 17");
    }

    @Test
    default void anEmptyBatchIsNoWork() {
        assertThat(node().append(List.of())).isEmpty();
    }

    @Test
    default void theTimesOfATopicNeverDecreaseEvenWhenTheClockIsSetBack() {
        node().publish(TOPIC, "a");
        elapse(Duration.ofMinutes(1));
        node().publish(TOPIC, "b");
        setBack(Duration.ofHours(1));
        node().publish(TOPIC, "c");
        elapse(Duration.ofSeconds(1));
        node().publish(TOPIC, "d");

        assertThat(node().read(TOPIC).events()).extracting(StoredEvent::at).isSorted();
        assertThat(node().messages(TOPIC)).containsExactly("a", "b", "c", "d");
    }

    @Test
    default void anAcknowledgementSaysHowDurableTheEventIs() {
        Durability durability = node().accept(Draft.to(TOPIC, "a")).durability();
        if (node().backend().capabilities().durable()) {
            assertThat(durability).isGreaterThan(Durability.MEMORY);
        } else {
            assertThat(durability).isEqualTo(Durability.MEMORY);
        }
    }
}
