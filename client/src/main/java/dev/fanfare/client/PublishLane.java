package dev.fanfare.client;

import dev.fanfare.Event;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Receipt;
import dev.fanfare.RefusedException;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;

/// The way of an app's events to the hub: one request at a time, so that events arrive in the order in which they were
/// published. What is published while a request is under way leaves together in the next.
///
/// Threads: safe. The fields are guarded by this; only whoever has set `busy` sends.
final class PublishLane {
    /// What may wait: a publisher that is faster than its hub must notice.
    static final int MAX_WAITING_BYTES = 16 << 20;

    private static final int MAX_BATCH_EVENTS = 256;
    private static final int MAX_BATCH_BYTES = 1 << 20;
    /// A larger event goes alone: a line of a batch has room for names beside it.
    private static final int MAX_LINE_BYTES = 512 << 10;

    private final Link link;
    private final RemoteApp app;
    private final Queue<Publish> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private boolean busy;

    PublishLane(Link link, RemoteApp app) {
        this.link = link;
        this.app = app;
    }

    CompletionStage<Receipt> publish(String topic, Event event) {
        if (event.expected() != null) {
            throw new InvalidValueException(
                    "bad_parameter", "a hub takes no event that expects a position; publish it where the hub runs");
        }
        Publish publish = Publish.of(topic, event, link.calls().deadline());
        synchronized (this) {
            if (waitingBytes > MAX_WAITING_BYTES) {
                throw new RefusedException(
                        "overloaded",
                        "more than " + MAX_WAITING_BYTES + " bytes wait for the hub; publish more slowly");
            }
            waiting.add(publish);
            waitingBytes += publish.bytes();
            if (busy) {
                return publish.answer().copy();
            }
            busy = true;
        }
        sendNext();
        return publish.answer().copy();
    }

    private void sendNext() {
        List<Publish> batch = nextBatch();
        if (!batch.isEmpty()) {
            CompletionStage<?> sent =
                    batch.size() == 1 && batch.get(0).fitsHeaders() ? sendAlone(batch.get(0)) : sendTogether(batch);
            sent.whenComplete((answer, failure) -> {
                if (failure != null) {
                    batch.forEach(publish -> publish.answer().completeExceptionally(HubCalls.unwrap(failure)));
                }
                sendNext();
            });
        }
    }

    private synchronized List<Publish> nextBatch() {
        List<Publish> batch = new ArrayList<>();
        int bytes = 0;
        for (Publish next = waiting.peek(); next != null; next = waiting.peek()) {
            boolean full = batch.size() == MAX_BATCH_EVENTS || bytes + next.bytes() > MAX_BATCH_BYTES;
            if (!batch.isEmpty() && (full || next.bytes() > MAX_LINE_BYTES)) {
                break;
            }
            batch.add(waiting.remove());
            bytes += next.bytes();
            if (next.bytes() > MAX_LINE_BYTES) {
                break;
            }
        }
        waitingBytes -= bytes;
        busy = !batch.isEmpty();
        return batch;
    }

    private CompletionStage<Receipt> sendAlone(Publish publish) {
        Call call = Call.post(
                app.path("topics/" + Uris.path(publish.topic())),
                publish.event().message(),
                publish.subject(),
                publish.deadline());
        Call complete = publish.withHeaders(call);
        return link.calls()
                .ask(complete, answer -> publish.receipt(JsonObject.parse(answer.body()), answer.repeated()))
                .whenComplete((receipt, failure) -> {
                    if (failure == null) {
                        publish.answer().complete(receipt);
                    }
                });
    }

    private CompletionStage<Integer> sendTogether(List<Publish> batch) {
        StringBuilder lines = new StringBuilder();
        batch.forEach(publish -> lines.append(publish.line().utf8()).append('\n'));
        Publish oldest = batch.get(0);
        Call call = Call.post(app.path("events"), Bytes.utf8(lines.toString()), oldest.subject(), oldest.deadline());
        return link.calls().ask(call, answer -> {
            List<String> answers = answer.body().utf8().lines().toList();
            if (answers.size() != batch.size()) {
                throw new InvalidValueException(
                        "bad_json", answers.size() + " answers to a batch of " + batch.size() + " events");
            }
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).answered(JsonObject.parse(Bytes.utf8(answers.get(i))), answer.repeated());
            }
            return answers.size();
        });
    }
}
