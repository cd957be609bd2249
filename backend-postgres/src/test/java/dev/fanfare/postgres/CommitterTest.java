package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Draft;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.TopicName;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ThreadLeaks.class)
final class CommitterTest {
    private static final TopicName ORDERS = new TopicName("shop", "orders");

    private final Sandbox sandbox = new Sandbox();
    private final Committer committer = start(new Appender.Reports() {
        private boolean failed;

        @Override
        public void stored(List<Stored> all, boolean told) {
            if (!failed) {
                failed = true;
                throw new IllegalStateException("as nobody expects");
            }
        }

        @Override
        public @Nullable String wake(TopicName topic) {
            return null;
        }
    });

    private Committer start(Appender.Reports reports) {
        Database database = Database.at(sandbox.address());
        new Schema(database).prepare();
        return new Committer(new Appender(database, reports));
    }

    @AfterEach
    void close() {
        committer.close(1_000);
        sandbox.close();
    }

    private AppendResult append(String message) {
        return committer
                .append(List.of(Draft.to(ORDERS, message).append()))
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join()
                .get(0);
    }

    @Test
    void whatNobodyExpectsCostsOnlyTheBatchAtHand() {
        assertThat(append("1")).isEqualTo(new AppendResult.Unavailable("as nobody expects", true));
        assertThat(append("2")).isInstanceOf(AppendResult.Accepted.class);
    }
}
