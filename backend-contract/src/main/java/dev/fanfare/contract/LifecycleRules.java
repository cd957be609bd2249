package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Position;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.Read;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// How a backend begins and ends.
interface LifecycleRules extends BackendUnderTest {
    @Test
    default void aStartedBackendIsAvailable() {
        assertThat(node().backend().health().available()).isTrue();
        assertThat(node().backend().health().detail()).isEmpty();
    }

    @Test
    default void itHasANameForMessagesAndMetrics() {
        assertThat(node().backend().capabilities().name()).matches("[a-z][a-z0-9-]*");
    }

    @Test
    default void whatWasTakenBeforeAClosingIsAnsweredForInFull() {
        List<CompletableFuture<List<AppendResult>>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            answers.add(node().backend()
                    .append(List.of(Draft.to(TOPIC, "" + i).append()))
                    .toCompletableFuture());
        }
        Await.result(node().backend().close(Duration.ofSeconds(10)));

        assertThat(answers)
                .allSatisfy(answer -> assertThat(Await.result(answer)).hasOnlyElementsOfTypes(Accepted.class));
    }

    @Test
    default void aClosedBackendRefusesEverything() {
        Backend backend = node().backend();
        node().publish(TOPIC, "a");
        backend.close();

        assertThat(backend.health().available()).isFalse();
        assertThat(backend.health().detail()).isNotEmpty();
        List<CompletionStage<?>> refused = List.of(
                backend.append(List.of(Draft.to(TOPIC, "b").append())),
                backend.read(List.of(new Read(TOPIC, Position.NONE, 100, false))),
                backend.attach(List.of(TOPIC)),
                backend.watch("shop"),
                backend.list("shop", "", null, 10),
                backend.purge("shop"));
        assertThat(refused)
                .allSatisfy(stage -> assertThat(Await.failure(stage)).isInstanceOf(BackendUnavailableException.class));
    }

    @Test
    default void aBackendThatIsClosedWhileItStartsIsClosedForGood() {
        Backend backend = open();
        CompletableFuture<Void> start = backend.start(new RecordingListener()).toCompletableFuture();
        backend.close();

        Await.settled(start);
        assertThat(backend.health().available()).isFalse();
    }

    @Test
    default void closingTwiceIsHarmless() {
        node().backend().close();
        node().backend().close();
    }

    @Test
    default void aClosedBackendIsSilent() {
        node().attach(TOPIC);
        node().news().awaitAt(TOPIC, node().publish(TOPIC, "a"));
        node().backend().close();
        int heard = node().news().all().size();
        Await.failure(node().backend().append(List.of(Draft.to(TOPIC, "b").append())));

        assertThat(node().news().all()).hasSize(heard);
    }

    /// What the first one opens for the whole process stays open.
    @Test
    @EnabledOnOs(OS.LINUX)
    default void aClosedBackendLeavesNoFileOrSocketOpen() {
        openAndClose();
        long before = openFiles();
        IntStream.range(0, 10).forEach(i -> openAndClose());
        Polling.until("files and sockets to be closed", () -> openFiles() < before + 10);
    }

    private void openAndClose() {
        try (Node node = Node.start(open())) {
            node.attach(TOPIC);
            node.news().awaitAt(TOPIC, node.publish(TOPIC, "a"));
        }
    }

    private static long openFiles() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }
}
