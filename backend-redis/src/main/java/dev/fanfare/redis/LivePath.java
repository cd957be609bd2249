package dev.fanfare.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The channels of one server that somebody here wants to hear: subscribes to them, again after every loss of the
/// connection, and passes their messages on.
///
/// One command is under way at a time, for up to 512 channels; what is wanted meanwhile goes into the next. A channel
/// takes part in one command at a time, so that a confirmation is never mistaken for another.
///
/// Threads: safe; all fields are guarded by `this`. Messages and confirmations come on the thread of the connection,
/// and
/// nothing is told while the lock is held.
final class LivePath implements Link.Owner<StatefulRedisPubSubConnection<String, byte[]>> {
    private static final System.Logger LOG = System.getLogger(LivePath.class.getName());
    private static final int MOST_AT_ONCE = 512;

    private final Map<String, Interest> interests = new HashMap<>();
    private final Set<Interest> toAsk = new LinkedHashSet<>();
    private final Set<Interest> toLeave = new LinkedHashSet<>();
    private final Set<Interest> underWay = new HashSet<>(); // of the command whose confirmations are awaited
    private final Set<Interest> recovering = new HashSet<>(); // wanted when the connection came back, and not heard yet
    private final Outages outages;
    private final BooleanSupplier answers;
    private @Nullable StatefulRedisPubSubConnection<String, byte[]> connection;
    private boolean interrupted;

    /// Who is told when nothing is heard.
    interface Outages {
        void interrupted(String reason);

        void resumed();
    }

    /// @param answers tells whether the server can be asked for what was missed
    LivePath(Outages outages, BooleanSupplier answers) {
        this.outages = outages;
        this.answers = answers;
    }

    /// A server that is still loading its data lets itself be subscribed to, but answers no ping.
    @Override
    public CompletionStage<?> prepare(StatefulRedisPubSubConnection<String, byte[]> made) {
        return made.async().ping();
    }

    @Override
    public void connected(StatefulRedisPubSubConnection<String, byte[]> made) {
        made.addListener(new Ear(made));
        synchronized (this) {
            connection = made;
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
            outages.interrupted(reason);
        }
    }

    /// Ends the interruption when all is heard again and the server answers.
    void tellIfRecovered() {
        synchronized (this) {
            if (!interrupted || connection == null || !recovering.isEmpty() || !answers.getAsBoolean()) {
                return;
            }
            interrupted = false;
        }
        outages.resumed();
    }

    synchronized boolean isInterrupted() {
        return interrupted;
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
            return;
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
    void remove(Collection<String> channels) {
        synchronized (this) {
            channels.forEach(this::remove);
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
            over.async().subscribe(channels(asked)).whenComplete((done, failure) -> check(asked, failure));
        } else if (!left.isEmpty()) {
            over.async().unsubscribe(channels(left));
        }
    }

    private static List<Interest> take(Set<Interest> from) {
        List<Interest> taken = from.stream().limit(MOST_AT_ONCE).toList();
        taken.forEach(from::remove);
        return taken;
    }

    private static String[] channels(List<Interest> interests) {
        return interests.stream().map(interest -> interest.channel).toArray(String[]::new);
    }

    /// A server that refuses a channel refuses the whole command.
    private void check(List<Interest> asked, @Nullable Throwable failure) {
        if (!(failure instanceof RedisCommandExecutionException)) {
            return; // a lost connection is noticed elsewhere
        }
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        synchronized (this) {
            underWay.removeAll(asked);
            recovering.removeAll(asked);
            asked.forEach(interest -> {
                interest.state = Interest.State.SILENT;
                waiting.addAll(interest.waiting);
                interest.waiting.clear();
            });
        }
        waiting.forEach(future -> future.completeExceptionally(failure));
        tellIfRecovered();
        send();
    }

    private void confirmSubscribed(String channel) {
        List<CompletableFuture<Void>> waiting;
        synchronized (this) {
            Interest interest = interests.get(channel);
            if (interest == null || interest.state != Interest.State.ASKED) {
                return;
            }
            interest.state = Interest.State.HEARD;
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

    private void confirmLeft(String channel) {
        synchronized (this) {
            Interest interest = interests.get(channel);
            if (interest == null || interest.state != Interest.State.LEFT) {
                return;
            }
            underWay.remove(interest);
            if (interest.isWanted()) {
                interest.state = Interest.State.ASKED;
                toAsk.add(interest);
            } else {
                interests.remove(channel);
            }
        }
        send();
    }

    private @Nullable Interest wanted(String channel) {
        Interest interest;
        synchronized (this) {
            interest = interests.get(channel);
        }
        return interest != null && interest.isWanted() ? interest : null;
    }

    /// Hears what comes over one connection, for as long as that is the present one.
    private final class Ear extends RedisPubSubAdapter<String, byte[]> {
        private final StatefulRedisPubSubConnection<String, byte[]> source;

        Ear(StatefulRedisPubSubConnection<String, byte[]> source) {
            this.source = source;
        }

        private boolean isPresent() {
            synchronized (LivePath.this) {
                return source.equals(connection);
            }
        }

        @Override
        public void message(String channel, byte[] message) {
            Interest interest = wanted(channel);
            if (interest == null || !isPresent()) {
                return;
            }
            try {
                interest.hear(message);
            } catch (RuntimeException broken) {
                LOG.log(System.Logger.Level.ERROR, () -> "the listener failed at news of " + channel, broken);
            }
        }

        @Override
        public void subscribed(String channel, long count) {
            if (isPresent()) {
                confirmSubscribed(channel);
            }
        }

        @Override
        public void unsubscribed(String channel, long count) {
            if (isPresent()) {
                confirmLeft(channel);
            }
        }
    }
}
