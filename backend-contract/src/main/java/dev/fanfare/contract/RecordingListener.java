package dev.fanfare.contract;

import dev.fanfare.Position;
import dev.fanfare.spi.BackendListener;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Scope;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Keeps all that a backend announces, in the order in which it came.
///
/// Threads: safe; whoever waits is woken by the announcement itself.
public final class RecordingListener implements BackendListener {
    /// One announcement.
    public sealed interface News {
        record Advanced(TopicName topic, Head atLeast, List<StoredEvent> events) implements News {}

        record Appeared(TopicName topic) implements News {}

        record Interrupted(Scope scope, String reason) implements News {}

        record Resumed(Scope scope) implements News {}
    }

    private final List<News> news = new ArrayList<>();
    private volatile Consumer<News> reaction = announced -> {};

    /// Lets `reaction` run inside every announcement from now on, after it has been recorded.
    public void react(Consumer<News> newReaction) {
        reaction = newReaction;
    }

    @Override
    public void advanced(TopicName topic, Head atLeast, List<StoredEvent> events) {
        record(new News.Advanced(topic, atLeast, List.copyOf(events)));
    }

    @Override
    public void appeared(TopicName topic) {
        record(new News.Appeared(topic));
    }

    @Override
    public void interrupted(Scope scope, String reason) {
        record(new News.Interrupted(scope, reason));
    }

    @Override
    public void resumed(Scope scope) {
        record(new News.Resumed(scope));
    }

    private void record(News announced) {
        synchronized (this) {
            news.add(announced);
            notifyAll();
        }
        reaction.accept(announced);
    }

    /// Returns everything announced so far.
    public synchronized List<News> all() {
        return List.copyOf(news);
    }

    /// Returns what was announced of the topic's log so far.
    public synchronized List<News.Advanced> of(TopicName topic) {
        return news.stream()
                .filter(News.Advanced.class::isInstance)
                .map(News.Advanced.class::cast)
                .filter(advanced -> advanced.topic().equals(topic))
                .toList();
    }

    /// Waits until the topic has been announced at `position` or beyond it, in that life.
    public void awaitAt(TopicName topic, Position position) {
        Await.until(this, () -> hasHeardOf(topic, position), topic + " at " + position);
    }

    /// Tells whether the topic has been announced at `position` or beyond it, in that life.
    synchronized boolean hasHeardOf(TopicName topic, Position position) {
        return hasHeard(announced -> announced instanceof News.Advanced advanced
                && advanced.topic().equals(topic)
                && advanced.atLeast().epoch() == position.epoch()
                && advanced.atLeast().offset() >= position.offset());
    }

    public void awaitAppearance(TopicName topic) {
        await("the appearance of " + topic, new News.Appeared(topic)::equals);
    }

    /// Waits until something was announced that `matches`.
    public void await(String what, Predicate<News> matches) {
        Await.until(this, () -> hasHeard(matches), what);
    }

    /// Looks at the newest first: that is where it is, unless it has not come yet.
    private boolean hasHeard(Predicate<News> matches) {
        for (int i = news.size() - 1; i >= 0; i--) {
            if (matches.test(news.get(i))) {
                return true;
            }
        }
        return false;
    }
}
