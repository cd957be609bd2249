package dev.fanfare.redis;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.spi.Clock;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Asks what may be asked again: a question whose connection is lost, or whose server cannot answer just now, is put
/// once more until the deadline.
///
/// Threads: safe. Answers come on the thread of the connection.
final class Questions {
    private static final String SILENCE = "no answer in time";
    private static final Duration AGAIN = Duration.ofMillis(25);
    /// A connection that has answered others meanwhile only has much to do, and would have more if it were made anew.
    private static final Duration PATIENCE = Lane.DEADLINE.dividedBy(2);

    private final Servers servers;
    private final Clock clock;
    private final Reports reports;

    /// Who is told of what questions meet with.
    interface Reports {
        /// Learns of an answer that says: not now, or not here.
        void hasFailed(Server asked, StatefulRedisConnection<byte[], byte[]> connection, Throwable failure);

        boolean isClosed();
    }

    Questions(Servers servers, Clock clock, Reports reports) {
        this.servers = servers;
        this.clock = clock;
        this.reports = reports;
    }

    /// Puts a question to the server of a partition.
    ///
    /// @param doing what is being done, for a message
    /// @return fails with [BackendUnavailableException] if there is no answer in time
    <T> CompletionStage<T> ask(
            int partition,
            String doing,
            Function<RedisAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> question) {
        return new Question<>(partition, doing, question).begin();
    }

    private final class Question<T> {
        private final int partition;
        private final String doing;
        private final Function<RedisAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> question;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private volatile @Nullable StatefulRedisConnection<byte[], byte[]> asked;

        Question(
                int partition,
                String doing,
                Function<RedisAsyncCommands<byte[], byte[]>, ? extends CompletionStage<T>> question) {
            this.partition = partition;
            this.doing = doing;
            this.question = question;
        }

        CompletionStage<T> begin() {
            Server server = servers.of(partition);
            if (server != null && server.reading().isDownFor(Lane.DEADLINE)) {
                return CompletableFuture.failedStage(away(server.reading().trouble()));
            }
            put();
            return answer.orTimeout(Lane.DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionallyCompose(this::explain);
        }

        private CompletionStage<T> explain(Throwable failure) {
            if (!(failure instanceof TimeoutException)) {
                return CompletableFuture.failedStage(failure);
            }
            Server server = servers.of(partition);
            String trouble =
                    server == null ? servers.trouble() : server.reading().trouble();
            if (server != null && server.reading().isSilentFor(PATIENCE)) {
                server.reading().drop(asked, SILENCE);
            }
            return CompletableFuture.failedStage(away(trouble.isEmpty() ? SILENCE : trouble));
        }

        private void put() {
            Server server = servers.of(partition);
            StatefulRedisConnection<byte[], byte[]> connection =
                    server == null ? null : server.reading().connection();
            if (server == null || connection == null) {
                again();
                return;
            }
            asked = connection;
            question.apply(connection.async()).whenComplete((answered, failure) -> {
                if (failure == null) {
                    server.reading().hasAnswered();
                    answer.complete(answered);
                } else {
                    meet(server, connection, failure);
                }
            });
        }

        private void meet(Server server, StatefulRedisConnection<byte[], byte[]> connection, Throwable failure) {
            Fault fault = Fault.of(failure);
            if (fault == Fault.REFUSED || fault == Fault.FULL || reports.isClosed()) {
                answer.completeExceptionally(away(Link.reason(failure)));
                return;
            }
            if (fault != Fault.UNKNOWN) {
                reports.hasFailed(server, connection, failure);
            }
            again();
        }

        private void again() {
            clock.schedule(AGAIN, () -> {
                if (!answer.isDone()) {
                    put();
                }
            });
        }

        private BackendUnavailableException away(String reason) {
            return new BackendUnavailableException(RedisBackend.NAME, doing, reason, false);
        }
    }
}
