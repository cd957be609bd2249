package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.ThreadLeaks;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What becomes of a question that ends as nobody expects.
@ExtendWith(ThreadLeaks.class)
final class ReaderAnswersTest {
    private final Sandbox sandbox = new Sandbox();
    private final Reader reader = new Reader(Database.at(sandbox.address()));

    @AfterEach
    void close() {
        reader.close();
        sandbox.close();
    }

    @Test
    void whoeverAskedIsToldAlsoOfAnError() {
        Error full = new OutOfMemoryError("no room for the rows");
        CompletableFuture<Object> answer = reader.ask("relaying", (views, connection) -> {
                    throw full;
                })
                .toCompletableFuture();
        assertThat(answer).failsWithin(10, TimeUnit.SECONDS).withThrowableThat().withCause(full);
    }
}
