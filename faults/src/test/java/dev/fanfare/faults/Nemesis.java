package dev.fanfare.faults;

import dev.fanfare.testbed.Direction;
import dev.fanfare.testbed.FaultProxy;
import dev.fanfare.testbed.HubProcess;
import dev.fanfare.testbed.Toxic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Breaks things by chance, one at a time, and mends each: hubs are killed, stopped, frozen; the store's line is
/// cut or goes silent; readers are sent elsewhere.
///
/// Threads: confined to the test's.
final class Nemesis {
    private final FaultRun run;
    private final TestStore store;
    private final Random random;
    private final List<String> deeds = new ArrayList<>();

    Nemesis(FaultRun run, TestStore store, long seed) {
        this.run = run;
        this.store = store;
        this.random = new Random(seed);
    }

    /// Goes on for that long; afterwards all is whole again.
    void rage(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        while (end - System.nanoTime() > 0) {
            long begin = System.nanoTime();
            String deed = act();
            deeds.add(deed + " (" + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + " ms)");
            pause(200, 1_000);
        }
    }

    /// Returns what it has done, in order.
    List<String> deeds() {
        return deeds;
    }

    private String act() {
        HubProcess hub = run.hub(random.nextInt(run.nodes()));
        return switch (random.nextInt(store.lines().isEmpty() ? 4 : 6)) {
            case 0 -> kill(hub);
            case 1 -> stop(hub);
            case 2 -> freeze(hub);
            case 3 -> scatter();
            case 4 -> cutLine();
            default -> silenceLine();
        };
    }

    private String kill(HubProcess hub) {
        hub.kill();
        pause(0, 500);
        hub.restart();
        hub.awaitReady();
        return "kill hub " + hub.port();
    }

    private String stop(HubProcess hub) {
        hub.stop();
        hub.restart();
        hub.awaitReady();
        return "stop hub " + hub.port();
    }

    private String freeze(HubProcess hub) {
        hub.freeze();
        pause(200, 6_000);
        hub.thaw();
        return "freeze hub " + hub.port();
    }

    private String scatter() {
        for (int i = 0; i < 10; i++) {
            run.reconnectAny(random);
        }
        return "scatter readers";
    }

    private String cutLine() {
        FaultProxy line = store.line(random.nextInt(run.nodes()));
        line.down();
        pause(0, 3_000);
        line.up();
        return "cut a line to the store";
    }

    private String silenceLine() {
        FaultProxy line = store.line(random.nextInt(run.nodes()));
        line.add("silence", random.nextBoolean() ? Direction.UPSTREAM : Direction.DOWNSTREAM, new Toxic.Timeout());
        pause(500, 6_000);
        line.remove("silence");
        line.cut(); // what was swallowed is missing from these connections
        return "silence a line to the store";
    }

    private void pause(int least, int most) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(least + random.nextInt(most - least)));
    }
}
