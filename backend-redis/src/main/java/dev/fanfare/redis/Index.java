package dev.fanfare.redis;

import dev.fanfare.Position;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import io.lettuce.core.ScriptOutputType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The names of an app's topics: in each partition a sorted set, to which a topic's first event adds its name.
///
/// The name of a topic that Redis has let go of stays. Whoever lists passes over it and has it taken out; and whenever
/// a
/// topic begins, two others of its app are looked at, so that at most half of the names are of topics that are gone.
///
/// Threads: safe.
final class Index {
    private static final int PURGED_AT_ONCE = 100;
    private static final byte[] BEYOND_ALL = {(byte) 0xff}; // no byte of UTF-8 is as large

    private final Deployment deployment;
    private final List<Keys> keys;
    private final Script.Texts scripts;
    private final Questions questions;
    private final Views views;

    Index(Deployment deployment, Questions questions, Views views) {
        this.deployment = deployment;
        this.keys = deployment.keys();
        this.scripts = deployment.scripts();
        this.questions = questions;
        this.views = views;
    }

    CompletionStage<TopicPage> list(String app, String prefix, @Nullable String after, int limit) {
        return new Listing(app, prefix, limit).from(after);
    }

    /// Names of topics, and the store's time.
    private record Names(Instant asOf, List<String> names) {}

    /// One page in the making.
    private final class Listing {
        private final String app;
        private final String prefix;
        private final int limit;
        private final List<TopicPage.Entry> found = new ArrayList<>();

        Listing(String app, String prefix, int limit) {
            this.app = app;
            this.prefix = prefix;
            this.limit = limit;
        }

        /// Adds what comes after that name, and goes on until the page is full or there is no more.
        CompletionStage<TopicPage> from(@Nullable String after) {
            return names(app, prefix, after, limit + 1)
                    .thenCompose(next -> heads(next.names).thenCompose(heads -> {
                        add(next.names, heads);
                        boolean last = next.names.size() <= limit;
                        return last || found.size() > limit
                                ? CompletableFuture.completedStage(page(next.asOf))
                                : from(next.names.get(limit));
                    }));
        }

        private CompletionStage<List<TopicView>> heads(List<String> names) {
            return views.read(names.stream()
                    .map(name -> new Read(new TopicName(app, name), Position.NONE, 0, false))
                    .toList());
        }

        private void add(List<String> names, List<TopicView> heads) {
            for (int i = 0; i < names.size(); i++) {
                Head head = heads.get(i).head();
                if (head == null) {
                    TopicName gone = new TopicName(app, names.get(i));
                    repair(deployment.partitionOf(gone), app, List.of(gone.name()));
                } else if (head.state() != Head.State.DROPPED) {
                    found.add(new TopicPage.Entry(names.get(i), head));
                }
            }
        }

        private TopicPage page(Instant asOf) {
            boolean more = found.size() > limit;
            List<TopicPage.Entry> page = List.copyOf(found.subList(0, more ? limit : found.size()));
            return new TopicPage(page, more ? page.get(limit - 1).name() : null, asOf);
        }
    }

    /// Returns the next names of all partitions together, in the order of their bytes.
    private CompletionStage<Names> names(String app, String prefix, @Nullable String after, int limit) {
        List<CompletableFuture<Names>> parts = IntStream.range(0, keys.size())
                .mapToObj(
                        partition -> names(partition, app, prefix, after, limit).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(all -> {
            List<String> names = parts.stream()
                    .flatMap(part -> part.join().names.stream())
                    .sorted((left, right) -> Arrays.compareUnsigned(Forms.utf8(left), Forms.utf8(right)))
                    .limit(limit)
                    .toList();
            return new Names(parts.get(0).join().asOf, names);
        });
    }

    private CompletionStage<Names> names(int partition, String app, String prefix, @Nullable String after, int limit) {
        byte[][] index = {keys.get(partition).index(app)};
        byte[][] range = {least(prefix, after), most(prefix), Forms.number(limit)};
        return questions
                .ask(
                        partition,
                        "listing",
                        redis -> redis.<List<Object>>evalsha(
                                scripts.digest(Script.LIST), ScriptOutputType.MULTI, index, range))
                .thenApply(reply -> new Names(
                        Forms.time((Long) reply.get(0)),
                        ((List<?>) reply.get(1))
                                .stream()
                                        .map(name -> new String((byte[]) name, StandardCharsets.UTF_8))
                                        .toList()));
    }

    private static byte[] least(String prefix, @Nullable String after) {
        boolean isBeyond = after != null && Arrays.compareUnsigned(Forms.utf8(after), Forms.utf8(prefix)) >= 0;
        return isBeyond ? Forms.utf8("(" + after) : prefix.isEmpty() ? Forms.utf8("-") : Forms.utf8("[" + prefix);
    }

    private static byte[] most(String prefix) {
        if (prefix.isEmpty()) {
            return Forms.utf8("+");
        }
        ByteArrayOutputStream bound = new ByteArrayOutputStream();
        bound.writeBytes(Forms.utf8("(" + prefix));
        bound.writeBytes(BEYOND_ALL);
        return bound.toByteArray();
    }

    /// Has the names of those topics taken out that are gone.
    void repair(int partition, String app, List<String> names) {
        List<byte[]> all = new ArrayList<>(List.of(keys.get(partition).index(app)));
        names.forEach(name -> all.add(keys.get(partition).head(new TopicName(app, name))));
        byte[][] arguments = names.stream().map(Forms::utf8).toArray(byte[][]::new);
        // If it fails, the next who looks will do it.
        questions.ask(
                partition,
                "repairing the list of topics",
                redis -> redis.<Object>evalsha(
                        scripts.digest(Script.REPAIR), ScriptOutputType.VALUE, all.toArray(byte[][]::new), arguments));
    }

    CompletionStage<Void> purge(String app) {
        return CompletableFuture.allOf(IntStream.range(0, keys.size())
                .mapToObj(partition -> purge(partition, app).toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    private CompletionStage<Void> purge(int partition, String app) {
        return names(partition, app, "", null, PURGED_AT_ONCE)
                .thenCompose(found -> found.names.isEmpty()
                        ? CompletableFuture.completedStage(null)
                        : purge(partition, app, found.names).thenCompose(done -> purge(partition, app)));
    }

    private CompletionStage<?> purge(int partition, String app, List<String> names) {
        List<byte[]> all = new ArrayList<>(List.of(keys.get(partition).index(app)));
        List<byte[]> arguments = new ArrayList<>(List.of(deployment.announce()));
        for (String name : names) {
            TopicName topic = new TopicName(app, name);
            Keys of = keys.get(partition);
            all.addAll(List.of(of.head(topic), of.history(topic), of.snapshot(topic)));
            byte[] uid = Forms.eightBytes(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
            arguments.addAll(List.of(Forms.utf8(name), Keys.bytes(of.channel(topic)), uid));
        }
        return questions.ask(
                partition,
                "purging an app",
                redis -> redis.<Object>evalsha(
                        scripts.digest(Script.PURGE),
                        ScriptOutputType.VALUE,
                        all.toArray(byte[][]::new),
                        arguments.toArray(byte[][]::new)));
    }
}
