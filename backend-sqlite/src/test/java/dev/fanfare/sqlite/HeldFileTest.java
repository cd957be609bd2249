package dev.fanfare.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.Position;
import dev.fanfare.contract.Draft;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.TopicName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What happens while another process holds the file.
@ExtendWith(ThreadLeaks.class)
final class HeldFileTest {
    private static final TopicName TOPIC = new TopicName("shop", "orders");
    private static final Duration LONGEST_ANSWER = Duration.ofMillis(2_500); // two seconds, and a busy machine
    private static final Duration LONGEST_RECOVERY = Duration.ofSeconds(2); // one second, and a busy machine
    private static final Duration SOON = Duration.ofMillis(100);

    @TempDir
    Path folder;

    private Node node;

    @BeforeEach
    void start() {
        node = Node.start(SqliteBackend.in(file()));
        node.publish(TOPIC, "before");
    }

    @AfterEach
    void close() {
        node.close();
    }

    private Path file() {
        return folder.resolve("topics.db");
    }

    private Child holder(String how) throws Exception {
        Child child = new Child(ChildHolder.class, file(), how);
        assertThat(child.line()).isEqualTo("held");
        return child;
    }

    private CompletableFuture<AppendResult> appendLater(String message) {
        Draft draft = Draft.to(TOPIC, message);
        return node.backend()
                .append(List.of(draft.append()))
                .thenApply(results -> results.get(0))
                .toCompletableFuture();
    }

    private static AppendResult get(CompletableFuture<AppendResult> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS);
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }

    /// The hold is longer than several waits for SQLite's lock.
    @Test
    void aShortHoldDelaysPublishesAndFailsNone() throws Exception {
        try (Child holder = holder("exclusive")) {
            List<CompletableFuture<AppendResult>> delayed =
                    Stream.of("a", "b", "c").map(this::appendLater).toList();
            assertThat(node.messages(TOPIC)).containsExactly("before");
            assertThatThrownBy(() -> CompletableFuture.anyOf(delayed.toArray(CompletableFuture[]::new))
                            .get(1, TimeUnit.SECONDS))
                    .isInstanceOf(TimeoutException.class);

            holder.tell();
            for (CompletableFuture<AppendResult> answer : delayed) {
                assertThat(get(answer)).isInstanceOf(AppendResult.Accepted.class);
            }
        }
        assertThat(node.messages(TOPIC)).containsExactly("before", "a", "b", "c");
    }

    /// A log of this length is to be moved before each commit, and cannot be, since somebody reads.
    @Test
    void aLongReadingDelaysNoDelivery() throws Exception {
        node.attach(TOPIC);
        try (Child holder = holder("reading")) {
            TopicName other = new TopicName("shop", "large");
            Append large =
                    Draft.to(other, "\"" + "x".repeat((1 << 20) - 2) + "\"").append();
            append(Collections.nCopies(70, large)).get(20, TimeUnit.SECONDS);
            assertThat(Files.size(Path.of(file() + "-wal"))).isGreaterThan(64 << 20);

            Duration latest = latestOfMany();
            for (int round = 1; round < 10 && latest.compareTo(SOON) >= 0; round++) {
                latest = latestOfMany(); // the machine had much else to do
            }
            assertThat(latest).isLessThan(SOON);
            holder.tell();
        }
    }

    /// Returns how late the latest of some events was heard that are published one after the other.
    private Duration latestOfMany() {
        Duration latest = Duration.ZERO;
        for (int i = 0; i < 30; i++) {
            long begin = System.nanoTime();
            node.news().awaitAt(TOPIC, node.publish(TOPIC, "" + i));
            latest = Collections.max(List.of(latest, since(begin)));
        }
        return latest;
    }

    @Test
    void aLongHoldIsAnErrorInTimeAndWhatIsSaidNotToBeStoredIsNot() throws Exception {
        List<CompletableFuture<AppendResult>> answers = new ArrayList<>();
        try (Child holder = holder("exclusive")) {
            long begin = System.nanoTime();
            Stream.of("a", "b", "c").map(this::appendLater).forEach(answers::add);
            for (CompletableFuture<AppendResult> answer : answers) {
                AppendResult.Unavailable refused = (AppendResult.Unavailable) get(answer);
                assertThat(refused.mayBeStored()).isFalse();
            }
            assertThat(since(begin)).isLessThan(LONGEST_ANSWER);
            assertThat(node.backend().health().available()).isFalse();
            assertThat(node.messages(TOPIC)).containsExactly("before");

            holder.tell();
            long end = System.nanoTime();
            assertThat(get(appendLater("after"))).isInstanceOf(AppendResult.Accepted.class);
            assertThat(since(end)).isLessThan(LONGEST_RECOVERY);
        }
        assertThat(node.messages(TOPIC)).containsExactly("before", "after");
        assertThat(node.backend().health().available()).isTrue();
    }

    @Test
    void whatWaitsForAHeldFileIsBounded() throws Exception {
        List<CompletableFuture<AppendResult>> answers = new ArrayList<>();
        try (Child holder = holder("exclusive")) {
            for (int i = 0; i < 15_000; i++) {
                answers.add(appendLater("" + i));
            }
            long refused = answers.stream()
                    .filter(answer -> answer.getNow(null) instanceof AppendResult.Overloaded)
                    .count();
            assertThat(refused).as("overloaded").isBetween(2_000L, 5_000L);
            for (CompletableFuture<AppendResult> answer : answers) {
                assertThat(get(answer)).isInstanceOfAny(AppendResult.Overloaded.class, AppendResult.Unavailable.class);
            }
            CompletableFuture<AppendResult> next = appendLater("next");
            assertThat(next).as("there is room again").isNotDone();

            holder.tell();
            assertThat(get(next)).isInstanceOf(AppendResult.Accepted.class);
        }
        assertThat(node.messages(TOPIC)).containsExactly("before", "next");
    }

    @Test
    void whatWaitsForAHeldFileIsBoundedByItsSizeToo() throws Exception {
        Append large = Draft.to(TOPIC, "\"" + "x".repeat((1 << 20) - 2) + "\"").append();
        List<CompletableFuture<List<AppendResult>>> answers = new ArrayList<>();
        try (Child holder = holder("exclusive")) {
            for (int i = 0; i < 100; i++) {
                answers.add(append(List.of(large)));
            }
            long refused = answers.stream().filter(CompletableFuture::isDone).count();
            assertThat(refused).as("overloaded: 64 wait, and few are under way").isBetween(25L, 36L);
            holder.tell();
            for (CompletableFuture<List<AppendResult>> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).get(0))
                        .isInstanceOfAny(AppendResult.Overloaded.class, AppendResult.Accepted.class);
            }
        }
        assertThat(append(Collections.nCopies(70, large)).get(20, TimeUnit.SECONDS))
                .as("what finds nothing before it")
                .hasOnlyElementsOfType(AppendResult.Accepted.class);
    }

    private CompletableFuture<List<AppendResult>> append(List<Append> appends) {
        return node.backend().append(appends).toCompletableFuture();
    }

    @Test
    void aFrozenProcessThatHasTheTurnHoldsUpWritersButNoReaders() throws Exception {
        try (Child holder = holder("turn")) {
            holder.freeze();
            long begin = System.nanoTime();
            AppendResult refused = get(appendLater("refused"));

            assertThat(refused)
                    .isInstanceOfSatisfying(
                            AppendResult.Unavailable.class,
                            away -> assertThat(away.mayBeStored()).isFalse());
            assertThat(since(begin)).isLessThan(LONGEST_ANSWER);
            assertThat(node.messages(TOPIC)).containsExactly("before");
            holder.kill();
            assertThat(get(appendLater("after"))).isInstanceOf(AppendResult.Accepted.class);
        }
        assertThat(node.messages(TOPIC)).containsExactly("before", "after");
    }

    @Test
    void aHeldFileIsClosedAfterItsGraceAndOthersAreOpenedMeanwhile() throws Exception {
        try (Child holder = holder("exclusive")) {
            CompletableFuture<AppendResult> queued = appendLater("queued");
            CompletableFuture<Void> closing =
                    node.backend().close(Duration.ofSeconds(1)).toCompletableFuture();
            try (Node other = Node.start(SqliteBackend.in(folder.resolve("other.db")))) {
                assertThat(other.publish(TOPIC, "elsewhere").offset()).isEqualTo(1);
                assertThat(closing).isNotDone();
            }
            closing.get(20, TimeUnit.SECONDS);
            assertThat(get(queued)).isInstanceOf(AppendResult.Unavailable.class);
            holder.tell();
        }
    }

    @Test
    void whatAProgramThatTakesNoTurnsCommitsIsNoticed() throws Exception {
        node.attach(TOPIC);
        Position before = node.publish(TOPIC, "known to the writer");
        ForeignWriter.append(file(), "by hand");
        node.news().awaitAt(TOPIC, new Position(before.epoch(), before.offset() + 1, 0));
        node.publish(TOPIC, "after");

        assertThat(node.chain(TOPIC, node.read(TOPIC).events().get(0).previous()))
                .extracting(event -> event.message().utf8())
                .containsExactly("before", "known to the writer", "by hand", "after");
    }
}
