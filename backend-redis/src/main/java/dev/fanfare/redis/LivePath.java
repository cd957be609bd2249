package dev.fanfare.redis;

import dev.fanfare.spi.Scope;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// The channels of one server that somebody here wants to hear: subscribes to them, again after every loss of the
/// connection, and passes their messages on. Those whose partition has moved to another server are given away.
///
/// One command is under way at a time, for up to 512 channels; what is wanted meanwhile goes into the next. A channel
/// takes part in one command at a time, so that a confirmation is never mistaken for another.
///
/// Threads: safe; all fields are guarded by `this`. Messages and confirmations come on the thread of the connection,
/// and nothing is told while the lock is held.
final class LivePath implements Link.Owner<StatefulRedisPubSubConnection<String, byte[]>> {
    private static final System.Logger LOG = System.getLogger(LivePath.class.getName());
    private static final int MOST_AT_ONCE = 512;

    private final Map<String, Interest> interests = new HashMap<>();
    private final Set<Interest> toAsk = new LinkedHashSet<>();
    private final Set<Interest> toLeave = new LinkedHashSet<>();
    private final Set<Interest> underWay = new HashSet<>(); // of the command whose confirmations are awaited
    private final Set<Interest> recovering = new HashSet<>(); // wanted when the connection came back, and not heard yet
    private final Server server;
    private final Server.Reports reports;
    private final Consumer<List<Interest>> displaced;
    private @Nullable StatefulRedisPubSubConnection<String, byte[]> connection;
    private boolean interrupted;
    private String refusal = ""; // of a channel, since all was heard

    /// @param displaced takes channels whose partition has moved to another server
    LivePath(Server server, Server.Reports reports, Consumer<List<Interest>> displaced) {
        this.server = server;
        this.reports = reports;
        this.displaced = displaced;
    }

    /// A server that is still loading its data lets itself be subscribed to, but answers no ping.
    @Override
    public CompletionStage<?> prepare(StatefulRedisPubSubConnection<String, byte[]> made) {
        return made.async().ping();
    }

    @Override
    public void connected(StatefulRedisPubSubConnection<String, byte[]> made) {
        made.addListener(new Ear(this, made));
        synchronized (this) {
            connection = made;
            List.of(toAsk, toLeave, underWay, recovering).forEach(Set::clear); // of one that was lost while it was made
            interests.values().removeIf(interest -> !interest.isWanted());
            interests.values().forEach(interest -> interest.state = Interest.State.ASKED);
            toAsk.addAll(interests.values());
            recovering.addAll(interests.values());
        }
        tellIfRecovered();
        send();
    }

    @Override
    public void lost(String reason) {
        boolean first;
        synchronized (this) {
            connection = null;
            List.of(toAsk, toLeave, underWay, recovering).forEach(Set::clear);
            interests.values().forEach(interest -> interest.state = Interest.State.SILENT);
            first = !interrupted;
            interrupted = true;
        }
        if (first) {
            reports.interrupted(new Scope.Everything(), reason);
        }
    }

    /// Has everything compared that is known of the server, as after a loss of the connection.
    void interrupt(String reason) {
        synchronized (this) {
            if (interrupted) {
                return;
            }
            interrupted = true;
        }
        reports.interrupted(new Scope.Everything(), reason);
        tellIfRecovered();
    }

    /// Ends the interruption when all is heard again and the server answers.
    void tellIfRecovered() {
        synchronized (this) {
            if (!interrupted || connection == null || !recovering.isEmpty() || !server.answers()) {
                return;
            }
            interrupted = false;
            refusal = "";
        }
        reports.resumed(new Scope.Everything());
    }

    /// Ends the interruption for good: this server is used no more.
    void end() {
        synchronized (this) {
            if (!interrupted) {
                return;
            }
            interrupted = false;
        }
        reports.resumed(new Scope.Everything());
    }

    /// Tells why not all is heard; empty if it is.
    synchronized String trouble() {
        if (!interrupted) {
            return "";
        }
        return refusal.isEmpty() ? "its channels are being subscribed to" : refusal;
    }

    synchronized boolean isInterrupted() {
        return interrupted;
    }

    /// Tells whether confirmations are awaited of what was heard before the connection was lost.
    synchronized boolean isRecovering() {
        return connection != null && !recovering.isEmpty();
    }

    /// Completes when all of them are heard.
    CompletableFuture<Void> add(Collection<Interest> wanted) {
        List<CompletableFuture<Void>> heard = new ArrayList<>(wanted.size());
        synchronized (this) {
            wanted.forEach(interest -> add(interest, heard));
        }
        send();
        return CompletableFuture.allOf(heard.toArray(CompletableFuture[]::new));
    }

    private void add(Interest wish, List<CompletableFuture<Void>> heard) {
        Interest interest = interests.computeIfAbsent(wish.channel, channel -> wish);
        interest.want(true);
        if (interest.state == Interest.State.HEARD) {
            wish.waiting.forEach(waiting -> waiting.completeAsync(() -> null));
            return;
        }
        if (!interest.equals(wish)) {
            interest.waiting.addAll(wish.waiting);
        }
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        interest.waiting.add(waiting);
        heard.add(waiting);
        if (interest.state == Interest.State.SILENT && connection != null) {
            interest.state = Interest.State.ASKED;
            toAsk.add(interest);
        }
    }

    /// From now on nothing is heard of them.
    void remove(Collection<Interest> unwanted) {
        synchronized (this) {
            unwanted.forEach(interest -> remove(interest.channel));
        }
        send();
    }

    private void remove(String channel) {
        Interest interest = interests.get(channel);
        if (interest == null) {
            return;
        }
        interest.want(false);
        if (interest.state == Interest.State.HEARD) {
            interest.state = Interest.State.LEFT;
            toLeave.add(interest);
        } else if (interest.state == Interest.State.SILENT) {
            interests.remove(channel);
        }
    }

    private void send() {
        List<Interest> asked;
        List<Interest> left;
        StatefulRedisPubSubConnection<String, byte[]> over;
        synchronized (this) {
            over = connection;
            if (over == null || !underWay.isEmpty()) {
                return;
            }
            asked = take(toAsk);
            left = asked.isEmpty() ? take(toLeave) : List.of();
            underWay.addAll(asked);
            underWay.addAll(left);
        }
        if (!asked.isEmpty()) {
            String[] channels = channels(asked);
            CompletionStage<?> done = asked.get(0).sharded
                    ? over.async().ssubscribe(channels)
                    : over.async().subscribe(channels);
            done.whenComplete((sent, failure) -> check(asked, failure));
        } else if (!left.isEmpty()) {
            String[] channels = channels(left);
            CompletionStage<?> done = left.get(0).sharded
                    ? over.async().sunsubscribe(channels)
                    : over.async().unsubscribe(channels);
            done.whenComplete((sent, failure) -> check(left, failure));
        }
    }

    private static List<Interest> take(Set<Interest> from) {
        Iterator<Interest> all = from.iterator();
        List<Interest> taken = new ArrayList<>();
        while (all.hasNext() && taken.size() < MOST_AT_ONCE) {
            Interest next = all.next();
            if (taken.isEmpty() || next.goesWith(taken.get(0))) {
                taken.add(next);
                all.remove();
            }
        }
        return taken;
    }

    private static String[] channels(List<Interest> interests) {
        return interests.stream().map(interest -> interest.channel).toArray(String[]::new);
    }

    /// A server that refuses a channel refuses the whole command. It is asked again over the next connection, which is
    /// made when nothing has been confirmed for a while.
    private void check(List<Interest> named, @Nullable Throwable failure) {
        if (!(failure instanceof RedisCommandExecutionException)) {
            return; // a lost connection is noticed elsewhere
        }
        if (named.get(0).sharded && Fault.of(failure) == Fault.NOT_NOW) {
            giveAway(named);
            return;
        }
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        synchronized (this) {
            forget(named.stream()
                    .filter(interest -> !recovering.contains(interest))
                    .toList());
            named.stream().filter(recovering::contains).forEach(missed -> keepForLater(missed, Link.reason(failure)));
            named.forEach(interest -> {
                waiting.addAll(interest.waiting);
                interest.waiting.clear();
            });
        }
        waiting.forEach(future -> future.completeExceptionally(failure));
        tellIfRecovered();
        send();
    }

    /// What was heard before is not given up: a user who may not hear it may do so again.
    private void keepForLater(Interest refused, String reason) {
        refusal = reason;
        underWay.remove(refused);
        refused.state = Interest.State.SILENT;
    }

    private void forget(Collection<Interest> gone) {
        List.of(toAsk, toLeave, underWay, recovering).forEach(set -> set.removeAll(gone));
        gone.forEach(interest -> {
            interest.state = Interest.State.SILENT;
            interests.remove(interest.channel, interest);
        });
    }

    private void giveAway(List<Interest> moved) {
        List<Interest> wanted;
        synchronized (this) {
            List<Interest> mine = moved.stream()
                    .filter(interest -> interest.equals(interests.get(interest.channel)))
                    .toList();
            forget(mine);
            wanted = mine.stream().filter(Interest::isWanted).toList();
        }
        if (!wanted.isEmpty()) {
            displaced.accept(wanted);
        }
        tellIfRecovered();
        send();
    }

    /// Gives away what belongs to partitions that are elsewhere now.
    void giveAway(IntPredicate elsewhere) {
        List<Interest> moved;
        synchronized (this) {
            moved = interests.values().stream()
                    .filter(interest -> interest.sharded && elsewhere.test(interest.partition))
                    .toList();
        }
        if (!moved.isEmpty()) {
            giveAway(moved);
        }
    }

    void subscribed(StatefulRedisPubSubConnection<String, byte[]> source, String channel) {
        if (isPresent(source)) {
            server.listening().hasAnswered();
            confirmSubscribed(channel);
        }
    }

    private synchronized boolean isPresent(StatefulRedisPubSubConnection<String, byte[]> source) {
        return source.equals(connection);
    }

    private void confirmSubscribed(String channel) {
        List<CompletableFuture<Void>> waiting;
        synchronized (this) {
            Interest interest = interests.get(channel);
            if (interest == null || interest.state != Interest.State.ASKED) {
                return;
            }
            interest.confirm();
            underWay.remove(interest);
            recovering.remove(interest);
            waiting = List.copyOf(interest.waiting);
            interest.waiting.clear();
            if (!interest.isWanted()) {
                interest.state = Interest.State.LEFT;
                toLeave.add(interest);
            }
        }
        waiting.forEach(future -> future.complete(null));
        tellIfRecovered();
        send();
    }

    void unsubscribed(StatefulRedisPubSubConnection<String, byte[]> source, String channel) {
        if (isPresent(source)) {
            confirmLeft(channel);
        }
    }

    /// A server that gives a partition away takes the channels from whoever hears them, unasked.
    private void confirmLeft(String channel) {
        Interest moved = null;
        synchronized (this) {
            Interest interest = interests.get(channel);
            if (interest == null || interest.state == Interest.State.SILENT) {
                return;
            }
            if (interest.state == Interest.State.LEFT) {
                leave(interest);
            } else {
                moved = interest;
            }
        }
        if (moved == null) {
            send();
        } else {
            giveAway(List.of(moved));
        }
    }

    private void leave(Interest interest) {
        underWay.remove(interest);
        toLeave.remove(interest);
        if (interest.isWanted()) {
            interest.state = Interest.State.ASKED;
            toAsk.add(interest);
        } else {
            interests.remove(interest.channel);
        }
    }

    /// Passes on what `source` has heard, for as long as that is the present connection.
    void hear(StatefulRedisPubSubConnection<String, byte[]> source, String channel, byte[] message) {
        Interest interest;
        synchronized (this) {
            interest = source.equals(connection) ? interests.get(channel) : null;
        }
        if (interest == null || !interest.isWanted()) {
            return;
        }
        try {
            interest.hear(message);
        } catch (RuntimeException broken) {
            LOG.log(System.Logger.Level.ERROR, () -> "the listener failed at news of " + channel, broken);
        }
    }
}
