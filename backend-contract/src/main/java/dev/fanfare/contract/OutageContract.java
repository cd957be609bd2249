package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Position;
import dev.fanfare.contract.RecordingListener.News;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.Duplicate;
import dev.fanfare.spi.AppendResult.Unavailable;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The rules of a backend whose store can be away: implemented by a test that can make it so.
public interface OutageContract extends BackendUnderTest {
    Duration LONGEST_ANSWER = Duration.ofSeconds(2);
    Duration LONGEST_RESYNC = Duration.ofSeconds(5);

    /// Cuts the live path, or the connection that it runs over.
    void cut();

    /// Ends the cut, if it does not end by itself.
    void mend();

    /// Makes the store unreachable for appends and reads too.
    void stopStore();

    void startStore();

    @Test
    default void anInterruptionIsToldAndThenItsEnd() {
        for (int round = 1; round <= 10; round++) {
            int interruptions = round;
            node().publish(TOPIC, "a");
            cut();
            mend();
            Await.until(node().news(), () -> count(News.Resumed.class) == interruptions, "the end of cut " + round);
            assertThat(count(News.Interrupted.class)).isEqualTo(interruptions);
        }
    }

    private long count(Class<? extends News> kind) {
        return node().news().all().stream().filter(kind::isInstance).count();
    }

    @Test
    default void afterAnInterruptionWhatWasAttachedIsAnnouncedAgain() {
        node().attach(TOPIC);
        cut();
        mend();
        node().news().await("the end of the cut", News.Resumed.class::isInstance);

        node().news().awaitAt(TOPIC, node().publish(TOPIC, "a"));
    }

    @Test
    @Timeout(300)
    default void afterAnInterruptionVeryManyTopicsAreFoundAsTheyAreInSeconds() {
        Throng all = Throng.of(ScaleRules.TOPICS);
        all.attach(node());
        all.publish(node());
        cut();
        long begin = System.nanoTime();
        mend();
        node().news().await("the end of the cut", News.Resumed.class::isInstance);
        all.requireHeadsAt(node(), 1);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LONGEST_RESYNC);

        TopicName last = all.topics().get(all.topics().size() - 1);
        node().news().awaitAt(last, node().publish(last, "x"));
    }

    @Test
    default void whatWasAcceptedAmidCutsIsThereOnceAndInOrder() {
        node().publish(TOPIC, "begin");
        Position begin = node().head(TOPIC).position();
        CompletableFuture<List<Position>> publishing = Crowd.spawn("publisher", this::publishFiveHundred);
        for (int i = 0; i < 20; i++) {
            cut();
            mend();
        }
        List<Position> accepted = Await.result(publishing);

        assertThat(node().chain(TOPIC, begin)).extracting(StoredEvent::position).containsExactlyElementsOf(accepted);
    }

    private List<Position> publishFiveHundred() {
        return IntStream.range(0, 500).mapToObj(this::publishUntilStored).toList();
    }

    private Position publishUntilStored(int number) {
        while (true) {
            AppendResult result = node().append(
                            Draft.to(TOPIC, "" + number).keeping(Policies.LARGE).withKey("key-" + number));
            if (result instanceof Accepted accepted) {
                return accepted.position();
            }
            if (result instanceof Duplicate stored) {
                return stored.position();
            }
        }
    }

    @Test
    default void whileTheStoreIsAwayEverythingFailsInTime() {
        node().publish(TOPIC, "a");
        stopStore();
        try {
            AppendResult refused = inTime(() ->
                            node().backend().append(List.of(Draft.to(TOPIC, "b").append())))
                    .join()
                    .get(0);
            assertThat(refused).isInstanceOf(Unavailable.class);
            List<Supplier<CompletionStage<?>>> actions = List.of(
                    () -> node().backend().read(List.of(new Read(TOPIC, Position.NONE, 100, false))),
                    () -> node().backend().attach(List.of(OTHER)),
                    () -> node().backend().watch("shop"),
                    () -> node().backend().list("shop", "", null, 10),
                    () -> node().backend().purge("shop"));
            assertThat(actions)
                    .allSatisfy(action ->
                            assertThat(Await.failure(inTime(action))).isInstanceOf(BackendUnavailableException.class));
            assertThat(node().backend().health().available()).isFalse();
        } finally {
            startStore();
        }
    }

    @Test
    default void whatIsNotStoredWhenTheGraceOfAClosingIsOverIsAnsweredForAllTheSame() {
        node().publish(TOPIC, "a");
        Node leaving = anotherNode();
        stopStore();
        try {
            List<CompletableFuture<List<AppendResult>>> answers = IntStream.range(0, 500)
                    .mapToObj(number -> leaving.backend()
                            .append(List.of(Draft.to(TOPIC, "" + number).append()))
                            .toCompletableFuture())
                    .toList();
            Await.result(leaving.backend().close(Duration.ZERO));

            assertThat(answers).allMatch(CompletableFuture::isDone);
            assertThat(answers)
                    .allSatisfy(answer -> assertThat(Await.result(answer)).hasOnlyElementsOfType(Unavailable.class));
        } finally {
            startStore();
        }
    }

    private static <T> CompletableFuture<T> inTime(Supplier<? extends CompletionStage<? extends T>> action) {
        long begin = System.nanoTime();
        CompletableFuture<T> answer = new CompletableFuture<>();
        action.get().whenComplete((result, failure) -> {
            if (failure == null) {
                answer.complete(result);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        Await.settled(answer);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LONGEST_ANSWER.plusMillis(500));
        return answer;
    }

    @Test
    default void whenTheStoreIsBackItWorksWithoutHelp() {
        node().attach(TOPIC);
        Position before = node().publish(TOPIC, "a");
        stopStore();
        node().append(Draft.to(TOPIC, "refused"));
        startStore();
        node().news().await("the end of the outage", News.Resumed.class::isInstance);
        Position after = node().publish(TOPIC, "b");
        TopicView view = node().read(TOPIC, before);

        node().news().awaitAt(TOPIC, after);
        assertThat(view.events()).extracting(StoredEvent::position).endsWith(after);
        assertThat(node().backend().health().available()).isTrue();
    }
}
