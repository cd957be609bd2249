package dev.fanfare;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Finds the topics of a cursor's patterns: those that are there when it begins, and those that appear while it reads.
///
/// Whether a name that the backend announces is a life that has not been read is asked of its head, so announcements
/// may repeat, be late or be lost. One that comes while the answer is on its way makes for another look: the answer
/// may be the older of the two.
///
/// Threads: confined to the cursor's reader, but for `appeared`, `relist` and the two queues.
final class Discovery {
    /// How many topics the patterns of one cursor may find.
    static final int MAX_FOUND = 10_000;

    private static final int LIST_PAGE = 1_000;

    private final EngineApp app;
    private final List<Selection.Item> patterns;
    private final RecentPlaces recent;
    private final Opener opener;
    private final Runnable rouse;
    private final Set<String> looking = new HashSet<>();
    private final Set<String> announced = new HashSet<>(); // of those in looking: once more
    private final Queue<String> appeared = new ConcurrentLinkedQueue<>();
    private final Queue<String> answered = new ConcurrentLinkedQueue<>(); // looked at, but not opened

    /// Opens topics for the cursor.
    interface Opener {
        /// Opens a topic. Completes when it can be taken in.
        ///
        /// @param changed when the topic last changed: those that changed first are taken in first
        CompletionStage<Void> open(String topic, Instant changed, StartAt startAt);

        /// Remembers a topic that is over and that the reader has all of: it must not be found again.
        void remember(String topic, Instant changed, Position end);
    }

    /// @param recent where the cursor stands, or stood, in what was found
    /// @param rouse wakes the cursor's reader if it sleeps
    Discovery(EngineApp app, Selection selection, RecentPlaces recent, Opener opener, Runnable rouse) {
        this.app = app;
        this.patterns = selection.items().stream()
                .filter(item -> item.pattern().isPattern())
                .toList();
        this.recent = recent;
        this.opener = opener;
        this.rouse = rouse;
    }

    boolean hasPatterns() {
        return !patterns.isEmpty();
    }

    /// Opens what is there already.
    CompletionStage<Void> begin() {
        return all(patterns.stream().map(item -> find(item, null, 0)).toList());
    }

    private CompletionStage<Void> find(Selection.Item item, @Nullable String after, int found) {
        return list(item, after).thenCompose(page -> {
            List<CompletionStage<Void>> openings = new ArrayList<>();
            for (TopicPage.Entry topic : page.topics()) {
                if (item.pattern().matches(topic.name())) {
                    Instant changed = topic.head().changed();
                    PatternStart.seenToTheEnd(topic, item.startAt())
                            .ifPresent(end -> opener.remember(topic.name(), changed, end));
                    PatternStart.in(topic, item.startAt())
                            .map(startAt -> opener.open(topic.name(), changed, startAt))
                            .ifPresent(openings::add);
                }
            }
            int sum = found + openings.size();
            if (sum > MAX_FOUND) {
                throw tooMany(item);
            }
            return all(openings).thenCompose(opened -> next(item, page, sum));
        });
    }

    private CompletionStage<Void> next(Selection.Item item, TopicPage page, int found) {
        if (page.next() != null) {
            return find(item, page.next(), found);
        }
        recent.sawAllUntil(page.asOf());
        return CompletableFuture.completedStage(null);
    }

    private CompletionStage<TopicPage> list(Selection.Item item, @Nullable String after) {
        return app.list(item.pattern().prefix(), after, LIST_PAGE);
    }

    private static CompletionStage<Void> all(List<CompletionStage<Void>> stages) {
        return CompletableFuture.allOf(
                stages.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
    }

    private static RefusedException tooMany(Selection.Item item) {
        return new RefusedException(
                "too_many_topics",
                "pattern " + item.pattern() + " finds more than " + MAX_FOUND + " topics; use a narrower one");
    }

    /// Takes the name of a topic that has begun a life. Any thread.
    void appeared(String topic) {
        if (patterns.stream().anyMatch(item -> item.pattern().matches(topic))) {
            appeared.add(topic);
            rouse.run();
        }
    }

    /// Looks for topics whose appearance may have been missed. Any thread.
    void relist() {
        patterns.forEach(item -> relist(item, null));
    }

    private void relist(Selection.Item item, @Nullable String after) {
        list(item, after).whenComplete((page, failure) -> {
            if (failure != null) {
                app.engine().retryLater(() -> relist(item, after));
                return;
            }
            page.topics().stream()
                    .filter(topic -> topic.head().state() == Head.State.OPEN)
                    .forEach(topic -> appeared(topic.name()));
            if (page.next() != null) {
                relist(item, page.next());
            }
        });
    }

    /// A topic that was found has ended: its next life may have begun before this one had been read to its end.
    void ended(String topic) {
        appeared.add(topic);
    }

    /// Looks at what has appeared, unless it is being read already: then its end will be followed by a look.
    void look(Set<String> beingRead) {
        take(answered, this::settled);
        take(appeared, topic -> {
            if (!beingRead.contains(topic)) {
                consider(topic);
            }
        });
    }

    private static void take(Queue<String> names, Consumer<String> action) {
        for (String name = names.poll(); name != null; name = names.poll()) {
            action.accept(name);
        }
    }

    /// The topic has been taken in, or there was nothing to take in.
    void settled(String topic) {
        looking.remove(topic);
        if (announced.remove(topic)) {
            appeared.add(topic);
        }
    }

    /// Opens the topic from its first event if it is in a life that has not been read.
    private void consider(String topic) {
        if (!looking.add(topic)) {
            announced.add(topic);
            return;
        }
        Position last = recent.of(topic);
        app.engine()
                .read(new Read(new TopicName(app.name(), topic), Position.NONE, 0, false))
                .thenCompose(view -> open(topic, last, view.head()))
                .whenComplete((opened, failure) -> {
                    if (failure != null) {
                        app.engine().retryLater(() -> {
                            answered.add(topic);
                            appeared(topic);
                        });
                    }
                });
    }

    private CompletionStage<Void> open(String topic, Position last, @Nullable Head head) {
        if (head == null || head.state() == Head.State.DROPPED || head.epoch() == last.epoch()) {
            answered.add(topic);
            rouse.run();
            return CompletableFuture.completedStage(null);
        }
        return opener.open(topic, Instant.MAX, StartAt.after(Position.beforeFirst(head.epoch())));
    }

    /// Tells whether nothing waits for a look.
    boolean isQuiet() {
        return appeared.isEmpty() && answered.isEmpty();
    }

    /// Tells whether nothing is being looked at either.
    boolean isSettled() {
        return isQuiet() && looking.isEmpty();
    }

    /// Has the twin of a cursor look at what is being looked at for this one.
    void passOn(Discovery twin) {
        twin.appeared.addAll(looking);
    }
}
