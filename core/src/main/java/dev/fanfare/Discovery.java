package dev.fanfare;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Finds the topics of a cursor's patterns: those that are there when it begins, and those that appear while it reads.
///
/// Whether a name that the backend announces is a life that has not been read is asked of its head, so announcements
/// may repeat, be late or be lost. One that comes while the answer is on its way makes for another look: the answer
/// may be the older of the two.
///
/// Announcements may also be missed together with the end of a life. Hence a listing is compared with the one before:
/// what began since then and is over already is news too, unless it was read here.
///
/// Threads: confined to the cursor's reader, but for `appeared`, `relist`, the two queues, and what listings compare.
final class Discovery {
    /// How many topics the patterns of one cursor may find.
    static final int MAX_FOUND = 10_000;

    private static final int LIST_PAGE = 1_000;
    /// By how much those that are over may outgrow those that matter: listings are dear where there are many topics.
    private static final int OVER_GROWTH = 4;
    /// A life may begin shortly before a listing, by the store's time, and not be in it: several servers keep that
    /// time.
    private static final Duration SLACK = Duration.ofSeconds(20);

    private final EngineApp app;
    private final List<Selection.Item> patterns;
    private final RecentPlaces recent;
    private final Opener opener;
    private final Runnable rouse;
    private final Set<String> looking = new HashSet<>();
    private final Set<String> announced = new HashSet<>(); // of those in looking: once more
    private final Queue<String> appeared = new ConcurrentLinkedQueue<>();
    private final Queue<String> answered = new ConcurrentLinkedQueue<>(); // looked at, but not opened
    /// Lives that began lately and are over: they were read to the end, or were over when the cursor began.
    private final Map<String, Head> over = new ConcurrentHashMap<>();

    private volatile Instant listedAt = Instant.MAX; // the store's time of the last listing of all patterns
    private volatile int mostOver = MAX_FOUND; // before another listing tells which of them began too long ago

    /// Opens topics for the cursor.
    interface Opener {
        /// Opens a topic. Completes when it can be taken in.
        ///
        /// @param head of the life that was found: topics that changed first are taken in first
        CompletionStage<Void> open(String topic, Head head, StartAt startAt);

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
        return listed(patterns.stream().map(item -> find(item, null, 0)).toList());
    }

    /// @param listings each completes with the store's time of one
    private CompletionStage<Void> listed(List<CompletionStage<Instant>> listings) {
        return all(listings)
                .thenAccept(all -> listings.stream()
                        .map(listing -> listing.toCompletableFuture().join())
                        .min(Comparator.naturalOrder())
                        .ifPresent(this::listed));
    }

    private synchronized void listed(Instant time) {
        if (listedAt.equals(Instant.MAX) || time.isAfter(listedAt)) {
            listedAt = time;
            over.values().removeIf(head -> !beganLately(head));
        }
        mostOver = MAX_FOUND + OVER_GROWTH * over.size();
    }

    private boolean beganLately(Head head) {
        return head.created().plus(SLACK).isAfter(listedAt);
    }

    private CompletionStage<Instant> find(Selection.Item item, @Nullable String after, int found) {
        return list(item, after).thenCompose(page -> {
            List<CompletionStage<Void>> openings = new ArrayList<>();
            for (TopicPage.Entry topic : page.topics()) {
                if (item.pattern().matches(topic.name())) {
                    open(topic, item.startAt()).ifPresent(openings::add);
                }
            }
            int sum = found + openings.size();
            if (sum > MAX_FOUND) {
                throw tooMany(item);
            }
            return all(openings).thenCompose(opened -> next(item, page, sum));
        });
    }

    /// Opens a topic that is there already, unless there is nothing to read in it.
    private Optional<CompletionStage<Void>> open(TopicPage.Entry topic, StartAt startAt) {
        Head head = topic.head();
        PatternStart.seenToTheEnd(topic, startAt).ifPresent(end -> opener.remember(topic.name(), head.changed(), end));
        Optional<StartAt> start = PatternStart.in(topic, startAt);
        if (start.isEmpty()) {
            over.put(topic.name(), head);
        }
        return start.map(place -> opener.open(topic.name(), head, place));
    }

    private CompletionStage<Instant> next(Selection.Item item, TopicPage page, int found) {
        if (page.next() != null) {
            return find(item, page.next(), found);
        }
        recent.sawAllUntil(page.asOf());
        return CompletableFuture.completedStage(page.asOf());
    }

    private CompletionStage<TopicPage> list(Selection.Item item, @Nullable String after) {
        return app.list(item.pattern().prefix(), after, LIST_PAGE);
    }

    private static <T> CompletionStage<Void> all(List<CompletionStage<T>> stages) {
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
        listed(patterns.stream().map(this::relist).toList());
    }

    private CompletionStage<Instant> relist(Selection.Item item) {
        CompletableFuture<Instant> done = new CompletableFuture<>();
        relist(item, null, done);
        return done;
    }

    private void relist(Selection.Item item, @Nullable String after, CompletableFuture<Instant> done) {
        list(item, after).whenComplete((page, failure) -> {
            if (failure != null) {
                app.engine().retryLater(() -> relist(item, after, done));
                return;
            }
            page.topics().stream().filter(this::isNews).forEach(topic -> appeared(topic.name()));
            if (page.next() == null) {
                done.complete(page.asOf());
            } else {
                relist(item, page.next(), done);
            }
        });
    }

    /// Tells whether it may be a life that has not been read.
    private boolean isNews(TopicPage.Entry topic) {
        Head head = topic.head();
        if (head.state() == Head.State.OPEN) {
            return true;
        }
        return beganLately(head) && !isOver(topic.name(), head);
    }

    private boolean isOver(String topic, Head life) {
        Head known = over.get(topic);
        return known != null && known.epoch() == life.epoch();
    }

    /// A topic that was found has ended: its next life may have begun before this one had been read to its end.
    ///
    /// @param life its head when it was found
    void ended(String topic, Head life) {
        over.put(topic, life);
        appeared.add(topic);
        if (over.size() > mostOver) {
            mostOver = Integer.MAX_VALUE; // until it is listed
            relist();
        }
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
        if (head == null || head.state() == Head.State.DROPPED || head.epoch() == last.epoch() || isOver(topic, head)) {
            answered.add(topic);
            rouse.run();
            return CompletableFuture.completedStage(null);
        }
        return opener.open(topic, head, StartAt.after(Position.beforeFirst(head.epoch())));
    }

    /// Tells whether nothing waits for a look.
    boolean isQuiet() {
        return appeared.isEmpty() && answered.isEmpty();
    }

    /// Tells whether nothing is being looked at either.
    boolean isSettled() {
        return isQuiet() && looking.isEmpty();
    }

    /// Has the twin of a cursor look at what is being looked at for this one, and know what this one knows.
    void passOn(Discovery twin) {
        twin.listedAt = listedAt;
        twin.mostOver = mostOver;
        twin.over.putAll(over);
        twin.appeared.addAll(looking);
    }
}
