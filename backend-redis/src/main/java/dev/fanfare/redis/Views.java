package dev.fanfare.redis;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Looks at topics, at each as of one moment.
///
/// Threads: safe.
final class Views {
    private final Deployment deployment;
    private final Questions questions;

    Views(Deployment deployment, Questions questions) {
        this.deployment = deployment;
        this.questions = questions;
    }

    CompletionStage<List<TopicView>> read(List<Read> reads) {
        List<CompletableFuture<TopicView>> views =
                reads.stream().map(read -> read(read).toCompletableFuture()).toList();
        return CompletableFuture.allOf(views.toArray(CompletableFuture[]::new))
                .thenApply(all -> views.stream().map(CompletableFuture::join).toList());
    }

    private CompletionStage<TopicView> read(Read read) {
        TopicName topic = read.topic();
        Keys names = deployment.keysOf(topic);
        byte[][] all = {names.head(topic), names.history(topic), names.snapshot(topic)};
        byte[][] arguments = {
            Forms.eightBytes(read.after().epoch()),
            Forms.number(read.after().offset()),
            Forms.number(read.maxBytes()),
            Forms.number(read.snapshot() ? 1 : 0)
        };
        return questions
                .ask(
                        deployment.partitionOf(topic),
                        "reading",
                        redis -> redis.<List<Object>>evalsha(
                                deployment.scripts().digest(Script.READ), ScriptOutputType.MULTI, all, arguments))
                .thenApply(Views::view);
    }

    private static TopicView view(List<Object> reply) {
        if (!(reply.get(0) instanceof byte[] form)) {
            return TopicView.ABSENT;
        }
        Head head = Forms.head(form);
        List<StoredEvent> events = new ArrayList<>(reply.size() - 3);
        for (Object event : reply.subList(3, reply.size())) {
            events.add(Forms.event(head.epoch(), (byte[]) event));
        }
        StoredEvent snapshot = reply.get(1) instanceof byte[] event ? Forms.event(head.epoch(), event) : null;
        return new TopicView(head, events, reply.get(2).equals(1L), snapshot);
    }
}
