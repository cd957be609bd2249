package dev.fanfare.redis;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.Durability;
import dev.fanfare.redis.RedisAddress.Host;
import dev.fanfare.spi.Scope;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The primaries of a cluster. Which of them holds a partition is asked every two seconds, and soon after an answer has
/// said that it has moved. What is heard of the partition moves along: until it is heard again, the news of its topics
/// are interrupted.
///
/// Threads: safe. All fields are guarded by `this`, but `places`, which is replaced as a whole; nothing is told, sent
/// or closed while the lock is held.
final class ClusterServers implements Servers {
    private static final long LOOK_NANOS = 2_000_000_000L;
    private static final long LOOK_SOON_NANOS = 100_000_000L;

    private final Deployment deployment;
    private final Server.Reports reports;
    private final Map<Host, Server> servers = new LinkedHashMap<>();
    private final Map<String, Interest> displaced = new HashMap<>(); // on no server just now
    private final Map<String, Interest> moving = new HashMap<>(); // were heard, and are not yet heard again
    private volatile Map<Integer, Server> places = Map.of(); // by partition
    private long lookedAt = System.nanoTime();
    private boolean lookSoon;
    private boolean looking;
    private boolean told; // that some are moving
    private boolean closed;
    private int turns;

    ClusterServers(Deployment deployment, Server.Reports reports) {
        this.deployment = deployment;
        this.reports = reports;
    }

    @Override
    public CompletionStage<Void> open() {
        return askSeeds(0)
                .thenCompose(hosts -> inspect(hosts)
                        .thenCompose(
                                fit -> CompletableFuture.allOf(settle(hosts).toArray(CompletableFuture[]::new))));
    }

    @Override
    public Durability durability() {
        return all().stream()
                .map(Server::durability)
                .min(Comparator.naturalOrder())
                .orElse(Durability.MEMORY);
    }

    private synchronized List<Server> all() {
        return List.copyOf(servers.values());
    }

    /// Asks the hosts that the address names, one after the other, until one answers.
    private CompletionStage<Map<Integer, Host>> askSeeds(int next) {
        List<Host> seeds = deployment.address().hosts();
        Host seed = seeds.get(next);
        return deployment
                .connections()
                .forCommands(deployment.address().uri(seed))
                .thenCompose(connection -> Servers.inTime(Slots.ask(connection, deployment.partitions(), seed))
                        .whenComplete((hosts, failure) -> connection.closeAsync()))
                .exceptionallyCompose(failure -> next + 1 < seeds.size()
                        ? askSeeds(next + 1)
                        : CompletableFuture.failedStage(Explanation.of(deployment.address(), failure)));
    }

    private CompletionStage<Void> inspect(Map<Integer, Host> hosts) {
        if (hosts.size() < deployment.partitions().count()) {
            return CompletableFuture.failedStage(new BackendUnavailableException(
                    deployment.address().toString(),
                    "starting",
                    "the cluster does not hold all slots; see redis-cli --cluster check",
                    false));
        }
        Map<Host, Integer> onePartition = new HashMap<>();
        hosts.forEach((partition, host) -> onePartition.put(host, partition));
        return CompletableFuture.allOf(onePartition.entrySet().stream()
                .map(server -> new Inspection(deployment, server.getValue())
                        .of(deployment.address().uri(server.getKey()))
                        .toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    /// Connects to new primaries, leaves old ones, and moves what is heard to where it belongs.
    ///
    /// @return completes when the new ones can be relied on
    private List<CompletableFuture<Void>> settle(Map<Integer, Host> hosts) {
        List<Server> made = new ArrayList<>();
        List<Server> gone;
        Map<Integer, Server> now = new HashMap<>();
        synchronized (this) {
            if (closed) {
                return List.of();
            }
            hosts.forEach((partition, host) -> now.put(partition, servers.computeIfAbsent(host, unknown -> {
                Server server = server(unknown);
                made.add(server);
                return server;
            })));
            places = now;
            gone = servers.values().stream()
                    .filter(server -> !now.containsValue(server))
                    .toList();
            servers.values().removeAll(gone);
        }
        List<CompletableFuture<Void>> opening = made.stream().map(Server::open).toList();
        all().forEach(server -> server.live().giveAway(partition -> !server.equals(now.get(partition))));
        gone.forEach(ClusterServers::leave);
        reports.canPublish();
        return opening;
    }

    private Server server(Host host) {
        return new Server(deployment, new Seat(host), deployment.node() + "@" + host, reports, this::displace);
    }

    /// A primary's: its address does not change, and partitions come and go.
    private final class Seat implements Server.Place {
        private final Host host;

        Seat(Host host) {
            this.host = host;
        }

        @Override
        public CompletionStage<RedisURI> find() {
            return CompletableFuture.completedStage(deployment.address().uri(host));
        }

        @Override
        public OptionalInt onePartition() {
            Server here = at(host);
            return places.entrySet().stream()
                    .filter(place -> place.getValue().equals(here))
                    .mapToInt(Map.Entry::getKey)
                    .min();
        }
    }

    private synchronized @Nullable Server at(Host host) {
        return servers.get(host);
    }

    private static void leave(Server server) {
        server.live().giveAway(partition -> true);
        server.close();
        server.live().end();
    }

    @Override
    public @Nullable Server of(int partition) {
        return places.get(partition);
    }

    @Override
    public synchronized void isElsewhere(Server asked, String answer) {
        lookSoon = true;
    }

    private void displace(List<Interest> interests) {
        boolean first;
        synchronized (this) {
            interests.forEach(interest -> {
                displaced.put(interest.channel, interest);
                if (interest.wasHeard()) {
                    moving.put(interest.channel, interest);
                }
            });
            lookSoon = true;
            first = !moving.isEmpty() && !told;
            told |= first;
        }
        if (first) {
            reports.interrupted(new Scope.Everything(), "topics move between the servers of the cluster");
        }
    }

    private void arrive(Collection<Interest> interests) {
        synchronized (this) {
            interests.forEach(interest -> moving.remove(interest.channel));
            if (!told || !moving.isEmpty()) {
                return;
            }
            told = false;
        }
        reports.resumed(new Scope.Everything());
    }

    @Override
    public CompletableFuture<Void> hear(Collection<Interest> interests) {
        List<CompletableFuture<Void>> heard = new ArrayList<>();
        group(interests).forEach((server, group) -> heard.add(server.live().add(group)));
        return CompletableFuture.allOf(heard.toArray(CompletableFuture[]::new));
    }

    /// Those whose server is not known wait until it is.
    private Map<Server, List<Interest>> group(Collection<Interest> interests) {
        Map<Server, List<Interest>> groups = new HashMap<>();
        List<Interest> nowhere = new ArrayList<>();
        for (Interest interest : interests) {
            Server server = of(interest.partition);
            if (server == null) {
                nowhere.add(interest);
            } else {
                groups.computeIfAbsent(server, none -> new ArrayList<>()).add(interest);
            }
        }
        displace(nowhere);
        return groups;
    }

    @Override
    public void leave(Collection<Interest> interests) {
        synchronized (this) {
            interests.forEach(interest -> displaced.remove(interest.channel));
        }
        arrive(interests);
        all().forEach(server -> server.live().remove(interests));
    }

    @Override
    public void tick(long now) {
        all().forEach(server -> server.tick(now));
        look(now);
        List<Interest> waiting;
        synchronized (this) {
            waiting = List.copyOf(displaced.values());
            displaced.clear();
        }
        group(waiting).forEach((server, group) -> server.live().add(group).thenRun(() -> arrive(group)));
    }

    private void look(long now) {
        synchronized (this) {
            if (looking || now - lookedAt < (lookSoon ? LOOK_SOON_NANOS : LOOK_NANOS)) {
                return;
            }
            looking = true;
            lookSoon = false;
            lookedAt = now;
        }
        Servers.inTime(ask()).whenComplete((hosts, failure) -> {
            synchronized (this) {
                looking = false;
            }
            if (failure == null) {
                settle(hosts);
            }
        });
    }

    /// Asks one server after the other, so that one that knows no better is not believed for long.
    private CompletionStage<Map<Integer, Host>> ask() {
        List<Map.Entry<Host, Server>> known;
        int turn;
        synchronized (this) {
            known = List.copyOf(servers.entrySet());
            turn = turns++;
        }
        for (int i = 0; i < known.size(); i++) {
            Map.Entry<Host, Server> next = known.get((turn + i) % known.size());
            StatefulRedisConnection<byte[], byte[]> connection =
                    next.getValue().reading().connection();
            if (connection != null) {
                return Slots.ask(connection, deployment.partitions(), next.getKey());
            }
        }
        return askSeeds(0);
    }

    @Override
    public String trouble() {
        if (places.size() < deployment.partitions().count()) {
            return "the cluster does not hold all slots";
        }
        synchronized (this) {
            if (!moving.isEmpty()) {
                return "topics move between the servers of the cluster";
            }
        }
        return all().stream()
                .map(Server::trouble)
                .filter(trouble -> !trouble.isEmpty())
                .findFirst()
                .orElse("");
    }

    @Override
    public CompletableFuture<Void> close() {
        synchronized (this) {
            closed = true;
        }
        return CompletableFuture.allOf(all().stream().map(Server::close).toArray(CompletableFuture[]::new));
    }
}
