package dev.fanfare.contract;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Backend;
import dev.fanfare.spi.BackendHealth;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Capabilities;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A backend that fails on command, in every way in which a real one may: its news are lost, doubled, late or out of
/// order, its reads are slow, its live path is cut, its store is away.
///
/// Until told otherwise it is the backend that it stands before.
///
/// Threads: safe; what was held back is released on the thread that says so, outside of any lock.
public final class FaultyBackend extends ForwardingBackend {
    /// What becomes of announcements.
    public enum News {
        PASSED_ON,
        LOST,
        TOLD_TWICE,
        /// Without the events: a hint that there are some.
        HINTED,
        /// Kept until they are released.
        HELD
    }

    private static final String REASON = "made to fail";

    private final List<Runnable> heldNews = new ArrayList<>(); // guarded by this
    private final List<Runnable> heldReads = new ArrayList<>(); // guarded by this
    private volatile @Nullable BackendListener listener;
    private volatile News news = News.PASSED_ON;
    private volatile Runnable duringReads = () -> {};
    private volatile boolean readsAreHeld;
    private volatile boolean readsFail;
    private volatile boolean answersAreLost;
    private volatile boolean cut;
    private volatile boolean away;

    private FaultyBackend(Backend store) {
        super(store);
    }

    public static FaultyBackend before(Backend store) {
        return new FaultyBackend(store);
    }

    /// Says what becomes of announcements from now on.
    public void news(News fate) {
        news = fate;
    }

    /// Passes on the announcements that were held, in their order.
    public void releaseNews() {
        takeAll(heldNews).forEach(Runnable::run);
    }

    /// Passes on the announcements that were held, in an order that `random` makes.
    public void releaseNews(Random random) {
        List<Runnable> shuffled = takeAll(heldNews);
        Collections.shuffle(shuffled, random);
        shuffled.forEach(Runnable::run);
    }

    /// Keeps the answers of reads from now on: what they say may be old by the time they are released.
    public void holdReads() {
        readsAreHeld = true;
    }

    /// Returns how many reads are held now.
    public synchronized int heldReads() {
        return heldReads.size();
    }

    /// Answers the reads that were held, and holds no more.
    public void releaseReads() {
        readsAreHeld = false;
        takeAll(heldReads).forEach(Runnable::run);
    }

    /// Does something in the middle of each read from now on, when the store has been asked and has not answered.
    public void duringReads(Runnable action) {
        duringReads = action;
    }

    /// Lets reads fail, while all else works, until told to stop.
    public void failReads(boolean fail) {
        readsFail = fail;
    }

    /// Stores what is appended, and then says that it cannot tell, until told to stop.
    public void loseAnswers(boolean lose) {
        answersAreLost = lose;
    }

    /// Cuts the live path: the store works, its news go nowhere.
    public void cut() {
        cut = true;
        listener().interrupted(new Scope.Everything(), REASON);
    }

    public void mend() {
        cut = false;
        listener().resumed(new Scope.Everything());
    }

    /// Lets the store be away: everything fails, and its news go nowhere.
    public void goAway() {
        away = true;
        cut();
    }

    public void comeBack() {
        away = false;
        mend();
    }

    private synchronized List<Runnable> takeAll(List<Runnable> held) {
        List<Runnable> taken = new ArrayList<>(held);
        held.clear();
        return taken;
    }

    private synchronized void hold(List<Runnable> held, Runnable action) {
        held.add(action);
    }

    private BackendListener listener() {
        BackendListener known = listener;
        if (known == null) {
            throw new IllegalStateException("start the backend before it can fail");
        }
        return known;
    }

    /// Claims to be shared, since wake-ups can be lost on the way: whoever reads must compare now and then.
    @Override
    public Capabilities capabilities() {
        Capabilities real = super.capabilities();
        return new Capabilities(real.name(), real.durable(), true, real.maxMessageBytes());
    }

    @Override
    public CompletionStage<Void> start(BackendListener newListener) {
        listener = newListener;
        return super.start(new Unreliable(newListener));
    }

    @Override
    public CompletionStage<List<AppendResult>> append(List<Append> appends) {
        if (away) {
            return CompletableFuture.completedStage(unavailable(appends, false));
        }
        return super.append(appends).thenApply(results -> answersAreLost ? unavailable(appends, true) : results);
    }

    private static List<AppendResult> unavailable(List<Append> appends, boolean mayBeStored) {
        return Collections.nCopies(appends.size(), new AppendResult.Unavailable(REASON, mayBeStored));
    }

    @Override
    public CompletionStage<List<TopicView>> read(List<Read> reads) {
        CompletionStage<List<TopicView>> views =
                readsFail ? away("reading") : unlessAway("reading", () -> super.read(reads));
        duringReads.run();
        return views.thenCompose(this::answer);
    }

    private CompletionStage<List<TopicView>> answer(List<TopicView> views) {
        CompletableFuture<List<TopicView>> answer = new CompletableFuture<>();
        if (readsAreHeld) {
            hold(heldReads, () -> answer.complete(views));
        } else {
            answer.complete(views);
        }
        return answer;
    }

    @Override
    public CompletionStage<Void> attach(Collection<TopicName> topics) {
        return unlessAway("attaching", () -> super.attach(topics));
    }

    @Override
    public CompletionStage<Void> watch(String app) {
        return unlessAway("watching", () -> super.watch(app));
    }

    @Override
    public CompletionStage<TopicPage> list(String app, String prefix, @Nullable String after, int limit) {
        return unlessAway("listing", () -> super.list(app, prefix, after, limit));
    }

    @Override
    public CompletionStage<Void> purge(String app) {
        return unlessAway("purging", () -> super.purge(app));
    }

    private <T> CompletionStage<T> unlessAway(String doing, Supplier<CompletionStage<T>> action) {
        return away ? away(doing) : action.get();
    }

    private <T> CompletionStage<T> away(String doing) {
        return CompletableFuture.failedStage(
                new BackendUnavailableException(super.capabilities().name(), doing, REASON, false));
    }

    @Override
    public BackendHealth health() {
        return away ? BackendHealth.unavailable(REASON) : super.health();
    }

    /// Stands between the store and its listener.
    private final class Unreliable implements BackendListener {
        private final BackendListener target;

        Unreliable(BackendListener target) {
            this.target = target;
        }

        @Override
        public void advanced(TopicName topic, Head atLeast, List<StoredEvent> events) {
            pass(() -> target.advanced(topic, atLeast, news == News.HINTED ? List.of() : events));
        }

        @Override
        public void appeared(TopicName topic) {
            pass(() -> target.appeared(topic));
        }

        private void pass(Runnable announcement) {
            if (cut || news == News.LOST) {
                return;
            }
            if (news == News.HELD) {
                hold(heldNews, announcement);
                return;
            }
            announcement.run();
            if (news == News.TOLD_TWICE) {
                announcement.run();
            }
        }

        @Override
        public void interrupted(Scope scope, String reason) {
            target.interrupted(scope, reason);
        }

        @Override
        public void resumed(Scope scope) {
            target.resumed(scope);
        }
    }
}
