package dev.fanfare.faults;

import dev.fanfare.history.Entry;
import dev.fanfare.history.History;
import dev.fanfare.testbed.RedisCluster;
import dev.fanfare.testbed.RedisServer;
import java.util.ArrayList;
import java.util.List;

/// What happens to Redis by chance. In a cluster, servers die or freeze for so long that their replicas take over,
/// which may lack what they were told last; the history says when that was.
final class RedisDeeds {
    private final RedisCluster cluster;
    private final History history;

    private RedisDeeds(RedisCluster cluster, History history) {
        this.cluster = cluster;
        this.history = history;
    }

    static List<Deed> of(RedisServer server) {
        return List.of(chance -> killClients(server, chance), chance -> pauseClients(server, chance));
    }

    static List<Deed> of(RedisCluster cluster, History history) {
        RedisDeeds deeds = new RedisDeeds(cluster, history);
        return List.of(
                chance -> killClients(chance.oneOf(cluster.servers()), chance),
                chance -> pauseClients(chance.oneOf(cluster.primaries()), chance),
                deeds::killPrimary,
                deeds::freezePrimary,
                deeds::moveSlots);
    }

    private static String killClients(RedisServer server, Chance chance) {
        String type = chance.oneOf(List.of("normal", "pubsub"));
        server.run("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes");
        return "kill all clients of the type " + type + " of Redis " + server.port();
    }

    private static String pauseClients(RedisServer server, Chance chance) {
        int millis = chance.between(100, 4_000);
        server.run("CLIENT", "PAUSE", String.valueOf(millis), chance.oneOf(List.of("ALL", "WRITE")));
        chance.pause(millis, millis + 1);
        return "pause all clients of Redis " + server.port();
    }

    private String killPrimary(Chance chance) {
        RedisServer primary = chance.oneOf(cluster.primaries());
        mayTakeOver(() -> {
            primary.kill();
            chance.pause(500, 4_000);
            primary.startAgain();
        });
        return "kill the primary Redis " + primary.port();
    }

    private String freezePrimary(Chance chance) {
        RedisServer primary = chance.oneOf(cluster.primaries());
        mayTakeOver(() -> {
            primary.pause();
            chance.pause(500, 6_000);
            primary.resume();
        });
        return "freeze the primary Redis " + primary.port();
    }

    private void mayTakeOver(Runnable fault) {
        history.add(new Entry.InStep());
        cluster.awaitInStep();
        fault.run();
        cluster.awaitHealthy();
        history.add(new Entry.TookOver());
    }

    private String moveSlots(Chance chance) {
        List<RedisServer> primaries = new ArrayList<>(cluster.primaries());
        RedisServer from = chance.oneOf(primaries);
        primaries.remove(from);
        RedisServer to = chance.oneOf(primaries);
        int slots = chance.between(50, 300);
        cluster.move(slots, from, to);
        cluster.awaitHealthy();
        return "move " + slots + " slots from Redis " + from.port() + " to " + to.port();
    }
}
