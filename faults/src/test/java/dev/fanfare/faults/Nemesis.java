package dev.fanfare.faults;

import dev.fanfare.testbed.Direction;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.HubProcess;
import dev.fanfare.testbed.Toxic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Breaks things by chance, one at a time, and mends each: hubs are killed, stopped, frozen; the store's line is
/// cut or goes silent; readers are sent elsewhere; and to the store happens what its [TestStore] says.
///
/// Threads: confined to the test's.
final class Nemesis {
    private final FaultRun run;
    private final TestStore store;
    private final Chance chance;
    private final List<Deed> possible = new ArrayList<>();
    private final List<String> done = new ArrayList<>();

    Nemesis(FaultRun run, TestStore store, long seed) {
        this.run = run;
        this.store = store;
        this.chance = new Chance(seed);
        possible.addAll(List.of(this::kill, this::stop, this::freeze, this::scatter));
        if (!store.lines().isEmpty()) {
            possible.addAll(List.of(this::cutLine, this::silenceLine));
        }
        possible.addAll(store.deeds(run.history()));
    }

    /// Goes on for that long; afterwards all is whole again. At least one hub is killed: no run goes by without
    /// readers that are cut off.
    void rage(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        play(this::kill);
        while (end - System.nanoTime() > 0) {
            play(chance.oneOf(possible));
        }
    }

    private void play(Deed deed) {
        long begin = System.nanoTime();
        String name = deed.act(chance);
        done.add(name + " (" + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + " ms)");
        chance.pause(200, 1_000);
    }

    /// Returns what it has done, in order.
    List<String> deeds() {
        return done;
    }

    private HubProcess anyHub() {
        return run.hub(chance.between(0, run.nodes()));
    }

    private FaultProxy anyLine() {
        return store.line(chance.between(0, run.nodes()));
    }

    private String kill(Chance chance) {
        HubProcess hub = anyHub();
        hub.kill();
        chance.pause(0, 500);
        hub.restart();
        hub.awaitReady();
        return "kill hub " + hub.port();
    }

    private String stop(Chance chance) {
        HubProcess hub = anyHub();
        hub.stop();
        hub.restart();
        hub.awaitReady();
        return "stop hub " + hub.port();
    }

    private String freeze(Chance chance) {
        HubProcess hub = anyHub();
        hub.freeze();
        chance.pause(200, 6_000);
        hub.thaw();
        return "freeze hub " + hub.port();
    }

    private String scatter(Chance chance) {
        for (int i = 0; i < 10; i++) {
            run.reconnectAny(chance.random());
        }
        return "scatter readers";
    }

    private String cutLine(Chance chance) {
        FaultProxy line = anyLine();
        line.down();
        chance.pause(0, 3_000);
        line.up();
        return "cut a line to the store";
    }

    private String silenceLine(Chance chance) {
        FaultProxy line = anyLine();
        line.add("silence", chance.oneOf(List.of(Direction.values())), new Toxic.Timeout());
        chance.pause(500, 6_000);
        line.remove("silence");
        line.cut(); // what was swallowed is missing from these connections
        return "silence a line to the store";
    }
}
