package dev.fanfare.server;

import dev.fanfare.App;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.Json;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// `POST /v1/{app}/events`: many publishes and job updates, one a line, answered line for line.
final class BatchHandler {
    private static final String TYPE = "application/x-ndjson";
    /// So many lines, then others of the loop get their turn, and what was answered leaves.
    private static final int LINES_A_TURN = 64;

    private final Limits limits;

    BatchHandler(Limits limits) {
        this.limits = limits;
    }

    void publish(Exchange exchange) {
        exchange.target().requireOnly();
        new Run(exchange, exchange.app(), limits.eventBytes()).turn();
    }

    /// One batch on its way. The next line is not begun before the one before is stored, so their order holds.
    ///
    /// Threads: confined to the event loop.
    private static final class Run {
        private final Exchange exchange;
        private final App app;
        private final int maxLine;
        private final byte[] lines;
        private final Parts answer;
        private int next;

        Run(Exchange exchange, App app, int maxLine) {
            this.exchange = exchange;
            this.app = app;
            this.maxLine = maxLine;
            this.lines = exchange.body().toArray();
            this.answer = new Parts(exchange, TYPE);
        }

        void turn() {
            for (int done = 0; done < LINES_A_TURN; done++) {
                Bytes line = nextLine();
                if (line == null) {
                    answer.end();
                    return;
                }
                CompletableFuture<Bytes> result = result(line).toCompletableFuture();
                if (!result.isDone()) {
                    result.thenAccept(late -> exchange.onLoop(() -> {
                        answer.add(late);
                        turn();
                    }));
                    return;
                }
                answer.add(result.join());
            }
            answer.flush(this::turn);
        }

        private @Nullable Bytes nextLine() {
            if (next >= lines.length) {
                return null;
            }
            int end = next;
            while (end < lines.length && lines[end] != '\n') {
                end++;
            }
            Bytes line = Bytes.owning(Arrays.copyOfRange(lines, next, end));
            next = end + 1;
            return line;
        }

        /// Completes with the line's answer, whatever becomes of the line.
        private CompletionStage<Bytes> result(Bytes line) {
            try {
                if (line.length() > maxLine) {
                    throw Body.tooLarge(maxLine);
                }
                return exchange.hub()
                        .metrics()
                        .publishing(publish(Fields.parse(line)))
                        .exceptionally(Run::refusal);
            } catch (RuntimeException refused) {
                return CompletableFuture.completedStage(refusal(refused));
            }
        }

        private CompletionStage<Bytes> publish(Fields fields) {
            if (fields.has("job")) {
                return Publishing.job(app, fields.requireOnly(Publishing.JOB_FIELDS))
                        .thenApply(receipt -> Json.write(json -> {
                            json.writeStartObject();
                            Publishing.write(json, receipt);
                            json.writeEndObject();
                        }));
            }
            return Publishing.event(app, fields.requireOnly(Publishing.EVENT_FIELDS))
                    .thenApply(receipt -> Json.write(json -> {
                        json.writeStartObject();
                        Publishing.write(json, receipt);
                        json.writeEndObject();
                    }));
        }

        private static Bytes refusal(Throwable failure) {
            Refusal refusal = Refusal.of(failure);
            return Json.write(json -> {
                json.writeStartObject();
                json.writeName("error");
                json.writeStartObject();
                json.writeStringProperty("code", refusal.code().wireName());
                json.writeStringProperty("detail", refusal.detail());
                refusal.writeFacts(json);
                json.writeEndObject();
                json.writeEndObject();
            });
        }
    }
}
