package dev.fanfare.redis;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicView;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Looks at topics, at each as of one moment.
///
/// Threads: safe.
final class Views {
    private static final int MOST_AT_ONCE = 64;
    private static final int MOST_BYTES_AT_ONCE = 256 * 1024;

    private final Deployment deployment;
    private final Questions questions;

    Views(Deployment deployment, Questions questions) {
        this.deployment = deployment;
        this.questions = questions;
    }

    CompletionStage<List<TopicView>> read(List<Read> reads) {
        TopicView[] views = new TopicView[reads.size()];
        CompletableFuture<?>[] answers = portions(reads).stream()
                .map(portion -> ask(portion)
                        .thenAccept(found -> portion.share(found, views))
                        .toCompletableFuture())
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(answers).thenApply(all -> List.of(views));
    }

    private List<Portion> portions(List<Read> reads) {
        List<Portion> portions = new ArrayList<>();
        Map<Integer, Portion> open = new HashMap<>(); // by partition
        for (int i = 0; i < reads.size(); i++) {
            int partition = deployment.partitionOf(reads.get(i).topic());
            Portion portion = open.get(partition);
            if (portion == null || !portion.hasRoom(reads.get(i))) {
                portion = new Portion(partition);
                open.put(partition, portion);
                portions.add(portion);
            }
            portion.add(i, reads.get(i));
        }
        return portions;
    }

    /// Reads that one script answers: of topics that lie together, and no more than it should take at once.
    private static final class Portion {
        private final int partition;
        private final List<Integer> places = new ArrayList<>();
        private final List<Read> reads = new ArrayList<>();
        private long bytes;

        Portion(int partition) {
            this.partition = partition;
        }

        boolean hasRoom(Read read) {
            return reads.size() < MOST_AT_ONCE && bytes + read.maxBytes() <= MOST_BYTES_AT_ONCE;
        }

        void add(int place, Read read) {
            places.add(place);
            reads.add(read);
            bytes += read.maxBytes();
        }

        void share(List<Object> found, TopicView[] views) {
            for (int i = 0; i < places.size(); i++) {
                views[places.get(i)] = view(found.get(i));
            }
        }
    }

    private CompletionStage<List<Object>> ask(Portion portion) {
        byte[][] keys = portion.reads.stream()
                .map(Read::topic)
                .flatMap(topic -> {
                    Keys names = deployment.keysOf(topic);
                    return Stream.of(names.head(topic), names.history(topic), names.snapshot(topic));
                })
                .toArray(byte[][]::new);
        byte[][] arguments = portion.reads.stream()
                .flatMap(read -> Stream.of(
                        Forms.eightBytes(read.after().epoch()),
                        Forms.number(read.after().offset()),
                        Forms.number(read.maxBytes()),
                        Forms.number(read.snapshot() ? 1 : 0)))
                .toArray(byte[][]::new);
        String script = deployment.scripts().digest(Script.READ);
        return questions.ask(
                portion.partition,
                "reading",
                redis -> redis.<List<Object>>evalsha(script, ScriptOutputType.MULTI, keys, arguments));
    }

    private static TopicView view(@Nullable Object found) {
        if (!(found instanceof List<?> reply)) {
            return TopicView.ABSENT;
        }
        Head head = Forms.head((byte[]) reply.get(0));
        List<StoredEvent> events = new ArrayList<>(reply.size() - 3);
        for (Object event : reply.subList(3, reply.size())) {
            events.add(Forms.event(head.epoch(), (byte[]) event));
        }
        StoredEvent snapshot = reply.get(1) instanceof byte[] event ? Forms.event(head.epoch(), event) : null;
        return new TopicView(head, events, reply.get(2).equals(1L), snapshot);
    }
}
