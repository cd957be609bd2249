package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.Draft;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.TopicName;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ThreadLeaks.class)
final class CommitterTest {
    private static final TopicName ORDERS = new TopicName("shop", "orders");

    private static final Duration PATIENCE_OF_PUBLISHERS = Duration.ofSeconds(2);

    private final Sandbox sandbox = new Sandbox();
    private volatile boolean failing;
    private final Committer committer = start(new Appender.Reports() {
        @Override
        public void stored(List<Stored> all, boolean told) {
            if (failing) {
                failing = false;
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
        return begin(message).join();
    }

    private CompletableFuture<AppendResult> begin(String message) {
        return committer
                .append(List.of(Draft.to(ORDERS, message).append()))
                .thenApply(results -> results.get(0))
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS);
    }

    private void execute(String statement) {
        sandbox.execute("set search_path = " + sandbox.schema() + "; " + statement);
    }

    /// Has the next commits take so long, and begins one.
    private void beginSlowly(double seconds) {
        execute("create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(" + seconds
                + "); return null; end $$");
        execute("create trigger dawdle before insert on event execute function dawdle()");
        begin("slow");
        execute(
                "do $$ begin while not exists (select from pg_stat_activity where wait_event = 'PgSleep' and query like '%\""
                        + sandbox.schema() + "\".append%') loop perform pg_stat_clear_snapshot(); end loop; end $$");
    }

    /// Two commits come before it, of which none takes so long that the connection is given up.
    @Test
    void whatAStoreThatIsTooSlowHasNotBegunInTimeIsNotStored() {
        append("first"); // the server has its plans then
        beginSlowly(1.0);
        CompletableFuture<AppendResult> fullBatch = begin("x".repeat(PostgresBackend.MAX_MESSAGE_BYTES));
        long begin = System.nanoTime();
        CompletableFuture<AppendResult> late = begin("late");
        assertThat(late.join()).isInstanceOfSatisfying(AppendResult.Unavailable.class, refused -> {
            assertThat(refused.mayBeStored()).isFalse();
            assertThat(refused.detail()).contains("too slow");
        });
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PATIENCE_OF_PUBLISHERS);
        fullBatch.join();
        execute("drop trigger dawdle on event");
        assertThat(append("next"))
                .isInstanceOfSatisfying(
                        AppendResult.Accepted.class,
                        accepted -> assertThat(accepted.position().offset()).isEqualTo(4));
    }

    @Test
    void whatWaitsHasOnlySoManyBytes() {
        beginSlowly(1.5);
        String large = "x".repeat(PostgresBackend.MAX_MESSAGE_BYTES);
        List<AppendResult> results = IntStream.range(0, 100).mapToObj(i -> begin(large)).toList().stream()
                .filter(CompletableFuture::isDone)
                .map(CompletableFuture::join)
                .toList();
        assertThat(results).hasOnlyElementsOfType(AppendResult.Overloaded.class).hasSize(37); // beside it are 63
        execute("drop trigger dawdle on event");
    }

    @Test
    void whatFindsNothingBeforeItIsTakenWhateverItsSize() {
        String large = "x".repeat(PostgresBackend.MAX_MESSAGE_BYTES);
        List<Append> all = Collections.nCopies(65, Draft.to(ORDERS, large).append());
        assertThat(committer.append(all).toCompletableFuture().join())
                .doesNotHaveAnyElementsOfTypes(AppendResult.Overloaded.class);
    }

    @Test
    void whatNobodyExpectsCostsOnlyTheBatchAtHand() {
        failing = true;
        assertThat(append("1")).isEqualTo(new AppendResult.Unavailable("as nobody expects", true));
        assertThat(append("2")).isInstanceOf(AppendResult.Accepted.class);
    }
}
