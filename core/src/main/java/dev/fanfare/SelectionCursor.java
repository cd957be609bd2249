package dev.fanfare;

import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A cursor over several topics and patterns: a member for each topic, of which those that have news stand in a queue.
///
/// A topic that a pattern finds is a member until its life ends; its next life is a new topic. Whether a name that the
/// backend announces is such a life is asked of its head, so announcements may repeat, be late or be lost.
///
/// Threads: confined to its reader, but for the three queues and `asleep`, by which members and announcements reach it.
final class SelectionCursor implements Cursor {
    /// How many topics the patterns of one cursor may find.
    static final int MAX_FOUND = 10_000;

    private static final int LIST_PAGE = 1_000;
    private static final CloseReason TOO_MANY = new CloseReason("too_many_topics");

    private final EngineApp app;
    private final Selection selection;
    private final Runnable wake;
    private final Map<String, Member> members = new ConcurrentHashMap<>(); // safe, because any thread may close
    private final Set<String> opening = new HashSet<>();
    private final Set<String> announced = new HashSet<>(); // of those in opening: the answer may be older than the news
    private final RecentPlaces recent;
    private final Queue<Member> ready = new ConcurrentLinkedQueue<>();
    private final Queue<Member> joining = new ConcurrentLinkedQueue<>();
    private final Queue<String> appeared = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean refused; // the patterns found too many topics

    private SelectionCursor(EngineApp app, Selection selection, RecentPlaces recent, Runnable wake) {
        this.app = app;
        this.selection = selection;
        this.recent = recent;
        this.wake = wake;
    }

    /// One topic of the selection.
    ///
    /// Threads: `cursor` is set before the member enters a queue, and never again.
    private final class Member {
        private final String topic;
        private final boolean found;
        private final Instant changed;
        private @Nullable TopicCursor cursor;

        Member(String topic, boolean found, Instant changed) {
            this.topic = topic;
            this.found = found;
            this.changed = changed;
        }

        CompletionStage<Void> open(StartAt startAt) {
            return app.openTopic(topic, startAt, this::news).thenAccept(this::join);
        }

        Member fork(SelectionCursor twin) {
            Member member = twin.new Member(topic, found, changed);
            if (cursor != null) {
                member.cursor = cursor.fork(member::news);
            }
            return member;
        }

        private void join(TopicCursor opened) {
            cursor = opened;
            if (closed.get()) {
                opened.close();
            }
            joining.add(this);
            rouse();
        }

        private void news() {
            ready.add(this);
            rouse();
        }
    }

    static CompletionStage<SelectionCursor> open(EngineApp app, Selection selection, Runnable wake) {
        SelectionCursor cursor = new SelectionCursor(app, selection, new RecentPlaces(), wake);
        CompletionStage<Void> watching = cursor.hasPatterns()
                ? app.engine().watchers().add(app.name(), cursor)
                : CompletableFuture.completedStage(null);
        return watching.thenCompose(watched -> cursor.begin())
                .thenApply(begun -> {
                    cursor.admit();
                    return cursor;
                })
                .whenComplete((begun, failure) -> {
                    if (failure != null) {
                        cursor.close();
                    }
                });
    }

    private boolean hasPatterns() {
        return selection.items().stream().anyMatch(item -> item.pattern().isPattern());
    }

    private CompletionStage<Void> begin() {
        List<CompletableFuture<Void>> openings = new ArrayList<>();
        for (Selection.Item item : selection.items()) {
            String name = item.pattern().name();
            CompletionStage<Void> opened = item.pattern().isPattern()
                    ? find(item, null, 0)
                    : new Member(name, false, Instant.EPOCH).open(item.startAt());
            openings.add(opened.toCompletableFuture());
        }
        return CompletableFuture.allOf(openings.toArray(CompletableFuture[]::new));
    }

    /// Opens the topics that a pattern finds, page by page.
    private CompletionStage<Void> find(Selection.Item item, @Nullable String after, int found) {
        return app.list(item.pattern().prefix(), after, LIST_PAGE).thenCompose(page -> {
            List<CompletableFuture<Void>> openings = new ArrayList<>();
            for (TopicPage.Entry topic : page.topics()) {
                if (item.pattern().matches(topic.name())) {
                    PatternStart.in(topic, item.startAt()).ifPresent(startAt -> openings.add(open(topic, startAt)));
                }
            }
            int sum = found + openings.size();
            if (sum > MAX_FOUND) {
                throw tooMany(item);
            }
            var all = CompletableFuture.allOf(openings.toArray(CompletableFuture[]::new));
            return all.thenCompose(opened -> next(item, page, sum));
        });
    }

    private CompletionStage<Void> next(Selection.Item item, TopicPage page, int found) {
        if (page.next() != null) {
            return find(item, page.next(), found);
        }
        recent.sawAllUntil(page.asOf());
        return CompletableFuture.completedStage(null);
    }

    private CompletableFuture<Void> open(TopicPage.Entry topic, StartAt startAt) {
        return new Member(topic.name(), true, topic.head().changed())
                .open(startAt)
                .toCompletableFuture();
    }

    private static RefusedException tooMany(Selection.Item item) {
        return new RefusedException(
                "too_many_topics",
                "pattern " + item.pattern() + " finds more than " + MAX_FOUND + " topics; use a narrower one");
    }

    @Override
    public List<Delivery> poll(int maxBytes) {
        List<Delivery> deliveries = new ArrayList<>();
        int bytes = 0;
        while (!isEnded() && (deliveries.isEmpty() || bytes < maxBytes)) {
            admit();
            Member member = ready.poll();
            if (member != null) {
                bytes += read(member, maxBytes - bytes, deliveries);
            } else if (!deliveries.isEmpty() || sleep()) {
                break;
            }
        }
        if (refused && deliveries.isEmpty() && !closed.get()) {
            close();
            deliveries.add(new Delivery.Ended(selection.items().get(0).pattern().name(), TOO_MANY, Position.NONE));
        }
        return deliveries;
    }

    /// Takes what a member has ready; unless it had nothing, it may have more and goes to the queue's end.
    private int read(Member member, int maxBytes, List<Delivery> deliveries) {
        TopicCursor cursor = member.cursor;
        if (cursor == null) {
            return 0;
        }
        List<Delivery> some = cursor.poll(maxBytes);
        if (some.isEmpty()) {
            return 0;
        }
        ready.add(member);
        deliveries.addAll(some);
        int bytes = 0;
        for (Delivery delivery : some) {
            bytes += account(member, delivery);
        }
        return bytes;
    }

    private int account(Member member, Delivery delivery) {
        if (member.found) {
            recent.put(member.topic, delivery.position());
        }
        if (delivery instanceof Received received) {
            recent.sawAllUntil(received.publishedAt());
            return received.stored().message().length();
        }
        if (delivery instanceof Delivery.Ended && member.found) {
            leave(member);
        }
        return 0;
    }

    private void leave(Member member) {
        members.remove(member.topic);
        ready.remove(member);
        if (member.cursor != null) {
            member.cursor.close();
        }
        appeared.add(member.topic); // its next life may have begun before this one had been read to its end
    }

    /// Takes in what was opened, and looks at what appeared.
    private void admit() {
        List<Member> joined = new ArrayList<>();
        for (Member member = joining.poll(); member != null; member = joining.poll()) {
            joined.add(member);
        }
        joined.sort(Comparator.comparing(member -> member.changed));
        joined.forEach(this::admit);
        for (String name = appeared.poll(); name != null; name = appeared.poll()) {
            consider(name);
        }
    }

    private void admit(Member member) {
        opening.remove(member.topic);
        if (announced.remove(member.topic)) {
            appeared.add(member.topic);
        }
        TopicCursor cursor = member.cursor;
        if (cursor == null) {
            return; // it turned out to be no new life
        }
        Member known = members.putIfAbsent(member.topic, member);
        if (known != null || members.size() > MAX_FOUND + selection.items().size()) {
            cursor.close();
            refused |= known == null;
            return;
        }
        if (member.found) {
            recent.put(member.topic, cursor.at());
        }
        ready.add(member);
    }

    /// Opens the topic from its first event if it is in a life that has not been read.
    private void consider(String name) {
        if (members.containsKey(name)) {
            return; // its end will be followed by a look
        }
        if (!opening.add(name)) {
            announced.add(name);
            return;
        }
        Position last = recent.of(name);
        Read read = new Read(new TopicName(app.name(), name), Position.NONE, 0, false);
        Member member = new Member(name, true, Instant.MAX);
        app.engine().read(read).whenComplete((view, failure) -> {
            Head head = failure == null ? view.head() : null;
            if (head != null && head.state() != Head.State.DROPPED && head.epoch() != last.epoch()) {
                StartAt beginning = StartAt.after(Position.beforeFirst(head.epoch()));
                member.open(beginning).whenComplete((opened, failed) -> giveUp(member, failed));
            } else if (failure == null) {
                joining.add(member);
                rouse();
            } else {
                giveUp(member, failure);
            }
        });
    }

    /// Looks at the topic again a little later, after the backend has failed.
    private void giveUp(Member member, @Nullable Throwable failure) {
        if (failure != null) {
            app.engine().retryLater(() -> {
                joining.add(member);
                appeared(member.topic);
            });
        }
    }

    /// Takes the name of a topic that has begun a life. Any thread.
    void appeared(String topic) {
        if (selection.items().stream().anyMatch(item -> isFoundBy(item.pattern(), topic))) {
            appeared.add(topic);
            rouse();
        }
    }

    private static boolean isFoundBy(TopicPattern pattern, String topic) {
        return pattern.isPattern() && pattern.matches(topic);
    }

    /// Looks for topics whose appearance may have been missed. Any thread.
    void relist() {
        selection.items().stream().filter(item -> item.pattern().isPattern()).forEach(item -> relist(item, null));
    }

    private void relist(Selection.Item item, @Nullable String after) {
        app.list(item.pattern().prefix(), after, LIST_PAGE).whenComplete((page, failure) -> {
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

    /// Goes to sleep unless there is news.
    private boolean sleep() {
        asleep.set(true);
        boolean quiet = ready.isEmpty() && joining.isEmpty() && appeared.isEmpty();
        if (!quiet) {
            asleep.set(false);
        }
        return quiet;
    }

    /// Wakes the reader if it sleeps. Any thread.
    void rouse() {
        if (asleep.compareAndSet(true, false)) {
            wake.run();
        }
    }

    /// Returns the positions of all named topics, then of those found, the most recently active first.
    @Override
    public String position() {
        Map<String, Position> positions = new LinkedHashMap<>();
        for (Selection.Item item : selection.items()) {
            Member member = members.get(item.pattern().name());
            if (member != null && member.cursor != null && !member.found) {
                positions.put(member.topic, member.cursor.at());
            }
        }
        return recent.vector(positions).toString();
    }

    @Override
    public boolean isEnded() {
        return closed.get() || app.engine().isClosed() || refused || (!hasPatterns() && membersHaveEnded());
    }

    private boolean membersHaveEnded() {
        return members.size() == selection.items().size()
                && members.values().stream().allMatch(member -> member.cursor != null && member.cursor.isEnded());
    }

    @Override
    public SelectionCursor fork(Runnable newWake) {
        SelectionCursor twin = new SelectionCursor(app, selection, recent.copy(), newWake);
        if (hasPatterns()) {
            app.engine().watchers().add(app.name(), twin); // it is being watched for this cursor already
        }
        admit();
        members.forEach((topic, member) -> twin.members.put(topic, member.fork(twin)));
        twin.ready.addAll(twin.members.values());
        twin.appeared.addAll(opening);
        return twin;
    }

    @Override
    public boolean isLevelWith(Cursor other) {
        return other instanceof SelectionCursor that
                && patterns().equals(that.patterns())
                && isSettled()
                && that.isSettled()
                && members.keySet().equals(that.members.keySet())
                && members.values().stream().allMatch(member -> isLevel(member, that.members.get(member.topic)));
    }

    private List<TopicPattern> patterns() {
        return selection.items().stream().map(Selection.Item::pattern).toList();
    }

    private boolean isSettled() {
        return ready.isEmpty() && joining.isEmpty() && appeared.isEmpty() && opening.isEmpty();
    }

    private static boolean isLevel(Member one, @Nullable Member other) {
        if (other == null || one.cursor == null || other.cursor == null) {
            return false;
        }
        boolean bothEnded = one.cursor.isEnded() && other.cursor.isEnded();
        return bothEnded || one.cursor.isLevelWith(other.cursor);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            app.engine().watchers().remove(app.name(), this);
            members.values().forEach(member -> {
                if (member.cursor != null) {
                    member.cursor.close();
                }
            });
            rouse();
        }
    }
}
