package dev.fanfare.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.BackendUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class WaitingTest {
    private final CompletableFuture<String> never = new CompletableFuture<>();

    private BackendUnavailableException unanswered(boolean stores) {
        return catchThrowableOfType(
                BackendUnavailableException.class,
                () -> Waiting.forResult(never, () -> "doing it", stores, Duration.ofMillis(1)));
    }

    @Test
    void onlyWhatStoresSomethingMayHaveBeenDoneWhenNoAnswerComes() {
        assertThat(unanswered(true)).hasMessageContaining("while doing it").hasMessageContaining("may have been done");
        assertThat(unanswered(true).mayBeStored()).isTrue();
        assertThat(unanswered(false)).hasMessageEndingWith("no answer after 1 ms");
        assertThat(unanswered(false).mayBeStored()).isFalse();
    }

    @Test
    void whoIsInterruptedIsToldTheSameAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Waiting.forChange(never, () -> "doing it"))
                .isInstanceOf(CompletionException.class)
                .hasMessage("interrupted while doing it; it may happen all the same");
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThatThrownBy(() -> Waiting.forResult(never, () -> "reading")).hasMessage("interrupted while reading");
        assertThat(Thread.interrupted()).isTrue();
    }
}
