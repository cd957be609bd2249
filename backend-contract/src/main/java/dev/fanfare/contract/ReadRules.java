package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Position;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What one atomic look at a topic shows.
interface ReadRules extends BackendUnderTest {
    @Test
    default void aReadReturnsExactlyWhatFollowsThePosition() {
        List<Position> positions = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            positions.add(node().publish(TOPIC, "message " + i));
        }
        for (int i = 0; i < 20; i++) {
            TopicView view = node().read(TOPIC, positions.get(i));
            assertThat(view.events())
                    .extracting(StoredEvent::position)
                    .containsExactlyElementsOf(positions.subList(i + 1, 20));
            assertThat(view.more()).isFalse();
        }
    }

    @Test
    default void aReadBeyondTheHeadFindsNothingButTheHead() {
        Position at = node().publish(TOPIC, "a");
        TopicView view = node().read(TOPIC, new Position(at.epoch(), 100, 1));

        assertThat(view.events()).isEmpty();
        assertThat(view.head()).extracting(Head::position).isEqualTo(at);
    }

    @Test
    default void aReadAfterAPositionOfAnotherLifeReturnsAllOfThisOne() {
        Position at = node().publish(TOPIC, "a");
        node().publish(TOPIC, "b");

        assertThat(node().read(TOPIC, new Position(at.epoch() ^ 1, 1, 1)).events())
                .hasSize(2);
        assertThat(node().read(TOPIC, Position.NONE).events()).hasSize(2);
    }

    @Test
    default void lookingAtATopicDoesNotMakeIt() {
        assertThat(node().read(TOPIC)).isEqualTo(TopicView.ABSENT);
        node().attach(TOPIC);
        assertThat(node().read(TOPIC)).isEqualTo(TopicView.ABSENT);
        assertThat(node().names("shop")).isEmpty();
    }

    @Test
    default void theSnapshotComesOnlyWhenItIsAskedFor() {
        node().accept(Draft.to(TOPIC, "a").with(Effect.SNAPSHOT));

        assertThat(node().read(new Read(TOPIC, Position.NONE, 1000, false)).snapshot())
                .isNull();
        assertThat(node().read(new Read(TOPIC, Position.NONE, 0, true)).snapshot())
                .isNotNull();
    }

    @Test
    default void aReadOfNoBytesReturnsTheHeadAlone() {
        Position at = node().publish(TOPIC, "a");
        TopicView view = node().read(new Read(TOPIC, Position.NONE, 0, false));

        assertThat(view.events()).isEmpty();
        assertThat(view.head()).extracting(Head::position).isEqualTo(at);
    }

    @Test
    default void viewsBelongToTheReadsOfTheirBatch() {
        List<TopicName> topics = IntStream.range(0, 20)
                .mapToObj(i -> new TopicName("shop", "topic-" + i))
                .toList();
        topics.forEach(topic -> node().publish(topic, topic.name()));
        List<Read> reads = new ArrayList<>();
        topics.forEach(topic -> reads.add(new Read(topic, Position.NONE, 1000, false)));
        reads.add(5, new Read(TOPIC, Position.NONE, 1000, false));
        List<TopicView> views = Await.result(node().backend().read(reads));

        assertThat(views).hasSameSizeAs(reads);
        for (int i = 0; i < reads.size(); i++) {
            List<String> messages = views.get(i).events().stream()
                    .map(event -> event.message().utf8())
                    .toList();
            assertThat(messages)
                    .isEqualTo(i == 5 ? List.of() : List.of(reads.get(i).topic().name()));
        }
    }

    @Test
    default void aReadIsBoundedInBytesAndSaysThatThereIsMore() {
        IntStream.range(0, 10).forEach(i -> node().accept(Draft.to(TOPIC, Bytes.owning(new byte[100]))));
        TopicView whole = node().read(new Read(TOPIC, Position.NONE, 1000, false));
        TopicView part = node().read(new Read(TOPIC, Position.NONE, 350, false));

        assertThat(whole.events()).hasSize(10);
        assertThat(whole.more()).isFalse();
        assertThat(part.events()).extracting(StoredEvent::offset).containsExactly(1L, 2L, 3L);
        assertThat(part.more()).isTrue();
        assertThat(part.head()).isEqualTo(whole.head());
    }

    @Test
    default void theFirstEventComesWhateverItsSize() {
        node().accept(Draft.to(TOPIC, Bytes.owning(new byte[5000])));
        node().publish(TOPIC, "b");
        TopicView view = node().read(new Read(TOPIC, Position.NONE, 1, false));

        assertThat(view.events()).extracting(StoredEvent::offset).containsExactly(1L);
        assertThat(view.more()).isTrue();
    }

    @Test
    default void aHistoryOfFiftyMebibytesIsReadPageByPage() {
        Bytes mebibyte = Bytes.owning(new byte[1 << 20]);
        IntStream.range(0, 50)
                .forEach(i -> node().accept(Draft.to(TOPIC, mebibyte).keeping(Policies.LARGE)));
        Position at = Policies.before(node().head(TOPIC));
        List<Long> offsets = new ArrayList<>();
        TopicView page;
        do {
            page = node().read(new Read(TOPIC, at, 8 << 20, false));
            assertThat(page.events()).isNotEmpty().hasSizeLessThanOrEqualTo(8);
            page.events().forEach(event -> offsets.add(event.offset()));
            at = page.events().get(page.events().size() - 1).position();
        } while (page.more());

        assertThat(offsets)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 50).boxed().toList());
    }

    @Test
    default void everyReadIsWholeWhilePublishersAndRetentionAreAtWork() {
        int events = Math.max(rounds() / 4, 100);
        node().accept(Draft.to(TOPIC, "0").keeping(Policies.events(16)));
        CompletableFuture<Void> publishing = Crowd.spawn("publisher", () -> {
            for (int i = 1; i < events; i++) {
                node().accept(Draft.to(TOPIC, "" + i).keeping(Policies.events(16)));
            }
            return null;
        });
        Position at = Policies.before(node().head(TOPIC));
        boolean last = false;
        while (!last) {
            last = publishing.isDone();
            at = checkWhole(node().read(TOPIC, at), at);
        }
        Await.result(publishing);
        assertThat(at.offset()).isEqualTo(events);
    }

    private static Position checkWhole(TopicView view, Position after) {
        Head head = Objects.requireNonNull(view.head());
        long expected = Math.max(after.offset() + 1, head.oldest());
        for (StoredEvent event : view.events()) {
            assertThat(event.offset()).isEqualTo(expected++);
            assertThat(event.prevOffset()).isEqualTo(event.offset() - 1);
        }
        assertThat(expected).as("what follows the last event read").isEqualTo(head.offset() + 1);
        assertThat(head.offset() - head.oldest()).isLessThan(16);
        return head.position();
    }
}
