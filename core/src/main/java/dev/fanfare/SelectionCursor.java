package dev.fanfare;

import dev.fanfare.spi.Head;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A cursor over several topics and patterns: a member for each topic, of which those that have news stand in a queue.
///
/// A topic that a pattern finds is a member until its life ends; its next life is a new topic, for [Discovery] to find.
///
/// Threads: confined to its reader, but for the queues and `asleep`, by which members and announcements reach it.
final class SelectionCursor implements Cursor {
    private static final CloseReason TOO_MANY = new CloseReason("too_many_topics");

    private final EngineApp app;
    private final Selection selection;
    private final Runnable wake;
    private final Map<String, Member> members = new ConcurrentHashMap<>(); // safe, because any thread may close
    private final RecentPlaces recent;
    private final Discovery discovery;
    private final Queue<Member> ready = new ConcurrentLinkedQueue<>();
    private final Set<Member> unread = ConcurrentHashMap.newKeySet(); // those of which there may be more to read
    private final Queue<Member> joining = new ConcurrentLinkedQueue<>();
    private final Queue<Past> past = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private Instant newest = Instant.EPOCH; // of the times of all that was given
    private boolean refused; // the patterns found too many topics

    private SelectionCursor(EngineApp app, Selection selection, RecentPlaces recent, Runnable wake) {
        this.app = app;
        this.selection = selection;
        this.recent = recent;
        this.discovery = new Discovery(app, selection, recent, new Finds(), this::rouse);
        this.wake = wake;
    }

    /// One topic of the selection.
    ///
    /// Threads: `cursor` is set before the member enters a queue, and never again.
    private final class Member {
        private final String topic;
        private final @Nullable Head found; // by a pattern, in that life
        private @Nullable TopicCursor cursor;

        Member(String topic, @Nullable Head found) {
            this.topic = topic;
            this.found = found;
        }

        Instant changed() {
            return found == null ? Instant.EPOCH : found.changed();
        }

        CompletionStage<Void> open(StartAt startAt) {
            return app.openTopic(topic, startAt, this::news).thenAccept(this::join);
        }

        Member fork(SelectionCursor twin) {
            Member member = twin.new Member(topic, found);
            if (cursor != null) {
                member.cursor = cursor.fork(member::news);
            }
            return member;
        }

        private void join(TopicCursor opened) {
            cursor = opened;
            joining.add(this);
            closeMembersIfClosed();
            rouse();
        }

        private void news() {
            unread.add(this);
            ready.add(this);
            rouse();
        }
    }

    static CompletionStage<SelectionCursor> open(EngineApp app, Selection selection, Runnable wake) {
        SelectionCursor cursor = new SelectionCursor(app, selection, new RecentPlaces(), wake);
        CompletionStage<Void> watching = cursor.discovery.hasPatterns()
                ? app.engine().watchers().add(app.name(), cursor)
                : CompletableFuture.completedStage(null);
        return watching.thenCompose(watched -> cursor.begin())
                .thenApply(begun -> {
                    cursor.recall();
                    cursor.admit();
                    return cursor;
                })
                .whenComplete((begun, failure) -> {
                    if (failure != null) {
                        cursor.close();
                    }
                });
    }

    private CompletionStage<Void> begin() {
        CompletableFuture<?>[] openings = selection.items().stream()
                .filter(item -> !item.pattern().isPattern())
                .map(item -> new Member(item.pattern().name(), null).open(item.startAt()))
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(openings).thenCombine(discovery.begin(), (named, found) -> null);
    }

    /// Takes what the patterns find.
    private final class Finds implements Discovery.Opener {
        @Override
        public CompletionStage<Void> open(String topic, Head head, StartAt startAt) {
            return new Member(topic, head).open(startAt);
        }

        @Override
        public void remember(String topic, Instant changed, Position end) {
            past.add(new Past(topic, changed, end));
        }
    }

    /// A topic that was over, and read to its end, before this cursor began.
    private record Past(String topic, Instant changed, Position end) {}

    @Override
    public List<Delivery> poll(int maxBytes) {
        List<Delivery> deliveries = new ArrayList<>();
        int bytes = 0;
        while (!isEnded() && (deliveries.isEmpty() || bytes < maxBytes)) {
            admit();
            Member member = ready.poll();
            if (member != null) {
                bytes += read(member, maxBytes - bytes, deliveries);
            } else {
                if (!deliveries.isEmpty() || sleep()) {
                    break;
                }
            }
        }
        if (joining.isEmpty() && discovery.isSettled()) {
            recent.sawAllUntil(newest); // every topic that there was then has been taken in
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
        unread.remove(member); // before it is looked at, so that no news is forgotten
        List<Delivery> some = cursor.poll(maxBytes);
        addIfUnread(member, cursor);
        if (some.isEmpty()) {
            return 0;
        }
        ready.add(member);
        deliveries.addAll(some);
        int bytes = 0;
        for (Delivery delivery : some) {
            account(member, delivery);
            bytes += TopicCursor.size(delivery);
        }
        return bytes;
    }

    private void addIfUnread(Member member, TopicCursor cursor) {
        if (cursor.isBehind()) {
            unread.add(member);
        }
    }

    private void account(Member member, Delivery delivery) {
        if (member.found != null) {
            recent.put(member.topic, delivery.position());
        }
        if (delivery instanceof Received received && received.publishedAt().isAfter(newest)) {
            newest = received.publishedAt();
        } else if (delivery instanceof Delivery.Ended && member.found != null) {
            leave(member, member.found);
        }
    }

    private void leave(Member member, Head found) {
        members.remove(member.topic);
        ready.remove(member);
        unread.remove(member);
        if (member.cursor != null) {
            member.cursor.close();
        }
        discovery.ended(member.topic, found);
    }

    /// Knows again what had ended before, so that the position still says so. What is admitted later counts as more
    /// recent.
    private void recall() {
        past.stream().sorted(Comparator.comparing(Past::changed)).forEach(over -> recent.put(over.topic, over.end));
        past.clear();
    }

    /// Takes in what was opened, and looks at what appeared.
    private void admit() {
        List<Member> joined = new ArrayList<>();
        for (Member member = joining.poll(); member != null; member = joining.poll()) {
            joined.add(member);
        }
        joined.sort(Comparator.comparing(Member::changed));
        joined.forEach(this::admit);
        discovery.look(members.keySet());
    }

    private void admit(Member member) {
        discovery.settled(member.topic);
        TopicCursor cursor = Objects.requireNonNull(member.cursor);
        Member known = members.putIfAbsent(member.topic, member);
        if (known != null
                || members.size() > Discovery.MAX_FOUND + selection.items().size()) {
            cursor.close();
            refused |= known == null;
            return;
        }
        closeMembersIfClosed();
        if (member.found != null) {
            recent.put(member.topic, cursor.at());
        }
        addIfUnread(member, cursor);
        ready.add(member);
    }

    /// Takes the name of a topic that has begun a life. Any thread.
    void appeared(String topic) {
        discovery.appeared(topic);
    }

    /// Looks for topics whose appearance may have been missed. Any thread.
    void relist() {
        discovery.relist();
    }

    /// Goes to sleep unless there is news.
    private boolean sleep() {
        asleep.set(true);
        boolean quiet = ready.isEmpty() && joining.isEmpty() && discovery.isQuiet();
        if (!quiet) {
            asleep.set(false);
        }
        return quiet;
    }

    /// Wakes the reader if it sleeps. Any thread.
    void rouse() {
        if (asleep.compareAndSet(true, false)) {
            Foreign.run(wake, "waking a reader");
        }
    }

    /// Returns the positions of all named topics, then of those found, the most recently active first.
    @Override
    public String position() {
        Map<String, Position> positions = new LinkedHashMap<>();
        for (Selection.Item item : selection.items()) {
            Member member = members.get(item.pattern().name());
            if (member != null && member.cursor != null && member.found == null) {
                positions.put(member.topic, member.cursor.at());
            }
        }
        return recent.vector(positions, unread.stream().map(member -> member.topic))
                .toString();
    }

    @Override
    public boolean isEnded() {
        return closed.get() || app.engine().isClosed() || refused || (!discovery.hasPatterns() && membersHaveEnded());
    }

    private boolean membersHaveEnded() {
        return members.size() == selection.items().size()
                && members.values().stream().allMatch(member -> member.cursor != null && member.cursor.isEnded());
    }

    @Override
    public SelectionCursor fork(Runnable newWake) {
        SelectionCursor twin = new SelectionCursor(app, selection, recent.copy(), newWake);
        if (discovery.hasPatterns()) {
            app.engine().watchers().add(app.name(), twin); // it is being watched for this cursor already
        }
        admit();
        members.forEach((topic, member) -> {
            Member other = member.fork(twin);
            twin.members.put(topic, other);
            if (unread.contains(member)) {
                twin.unread.add(other);
            }
        });
        twin.newest = newest;
        twin.ready.addAll(twin.members.values());
        discovery.passOn(twin.discovery);
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
        return ready.isEmpty() && joining.isEmpty() && discovery.isSettled();
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
            closeMembersIfClosed();
            rouse();
        }
    }

    /// Closes also those that join or are taken in while this is being closed, whichever comes first.
    private void closeMembersIfClosed() {
        if (closed.get()) {
            Stream.concat(joining.stream(), members.values().stream())
                    .map(member -> member.cursor)
                    .filter(Objects::nonNull)
                    .forEach(TopicCursor::close);
        }
    }
}
