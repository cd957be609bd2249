package dev.fanfare.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;

/// Measures a store behind Fanfare's interface to stores, every store in the same way: publishing, delivery to another
/// process, resuming, and coming back after a cut. Prints a line for each, with the medians of several rounds.
public final class StoreBenchmark {
    private static final String USAGE =
            "usage: StoreBenchmark STORE [rounds=3] [seconds=4] [only='publish: 64 publishers']";
    private static final Duration WARMUP = Duration.ofSeconds(5);
    private static final int RESUMES = 20;
    private static final int RECONNECTING = 100_000;

    private final Store store;
    private final int rounds;
    private final Timing timing;
    private final String only;

    private StoreBenchmark(Store store, int rounds, Timing timing, String only) {
        this.store = store;
        this.rounds = rounds;
        this.timing = timing;
        this.only = only;
    }

    /// Runs the measurements that the arguments name.
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            System.err.println(USAGE);
            System.exit(64);
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 1; i < args.length; i++) {
            String[] option = args[i].split("=", 2);
            options.put(option[0], option[1]);
        }
        int seconds = Integer.parseInt(options.getOrDefault("seconds", "4"));
        new StoreBenchmark(
                        new Store(args[0]),
                        Integer.parseInt(options.getOrDefault("rounds", "3")),
                        new Timing(WARMUP, Duration.ofSeconds(seconds)),
                        options.getOrDefault("only", ""))
                .run();
        System.exit(0); // a store's own threads need not end
    }

    private void run() throws Exception {
        System.out.printf(
                Locale.ROOT,
                "%s: messages of 200 bytes, %,d topics, medians of %d rounds of %d s%n",
                store.name(),
                Publishers.TOPICS,
                rounds,
                timing.duration().toSeconds());
        publish("publish: 1 publisher", 1, new Publishers(1, 1, false));
        publish("publish: 8 publishers", 1, new Publishers(8, 1, false));
        publishAgainstBare(64);
        publish("publish: 64 publishers, a listener to all", 1, new Publishers(64, 1, true));
        publish("publish: 64 publishers, 16 events at once", 1, new Publishers(64, 16, false));
        if (store.isShared()) {
            publish("publish: 3 processes of 8 publishers", 3, new Publishers(8, 1, false));
            publish("publish: 3 processes of 64 publishers", 3, new Publishers(64, 1, false));
        }
        if (store.name().startsWith("jdbc:")) {
            transact(32);
        }
        deliver(100, 0);
        deliver(1_000, 0);
        if (store.isShared()) {
            deliver(100, 64);
        }
        measure(
                "resume: 1,000 of 1,000,000 events",
                () -> Figures.ofTimes(new Resuming(1_000_000, 1_000).run(store, app(), RESUMES)));
        if (store.server().isPresent()) {
            measure(
                    String.format(Locale.ROOT, "reconnect: %,d topics", RECONNECTING),
                    () -> Figures.ofTimes(new Reconnecting(RECONNECTING).run(store, app())));
        }
    }

    private void deliver(int rate, int others) throws Exception {
        String where = store.isShared() ? "to another process" : "in the process";
        String beside = others == 0 ? "" : ", beside " + others + " publishers";
        measure(
                String.format(Locale.ROOT, "deliver: %s, %,d events/s%s", where, rate, beside),
                () -> Figures.ofTimes(new Delivering(rate, others).run(store, app(), timing)));
    }

    /// Compares writers that publish with as many that do not, and who publishes beside them.
    private void transact(int writers) throws Exception {
        Transacting publishing = new Transacting(writers, Duration.ofMillis(5), true);
        Transacting silent = new Transacting(writers, Duration.ofMillis(5), false);
        compare(
                Figures.RATE,
                "transact: " + writers + " writers of one topic",
                () -> figures(publishing.run(store, app(), timing).committed()),
                "that do not publish",
                () -> figures(silent.run(store, app(), timing).committed()));
        compare(
                Figures.P50,
                "transact: 100 events/s beside " + writers + " writers of one topic",
                () -> Figures.ofTimes(publishing.run(store, app(), timing).others()),
                "beside writers that do not publish",
                () -> Figures.ofTimes(silent.run(store, app(), timing).others()));
    }

    private void publish(String what, int processes, Publishers publishers) throws Exception {
        measure(what, () -> figures(publish(processes, publishers)));
    }

    private Figures figures(Histogram all) {
        return Figures.ofPublishing(all, timing.duration().toNanos() / 1e9);
    }

    /// Compares publishers with as many that ask the store for the least that it can do.
    private void publishAgainstBare(int publishers) throws Exception {
        String what = "publish: " + publishers + " publishers";
        Optional<Bare> bare = Bare.of(store);
        if (bare.isEmpty()) {
            publish(what, 1, new Publishers(publishers, 1, false));
        } else {
            compare(
                    Figures.RATE,
                    what,
                    () -> figures(publish(1, new Publishers(publishers, 1, false))),
                    "bare " + bare.get().what(),
                    () -> figures(publishBare(publishers)));
        }
    }

    /// Measures two in turns; prints how a figure of theirs compares, by the median of the rounds' ratios.
    private void compare(
            String figure,
            String what,
            Callable<Figures> measurement,
            String other,
            Callable<Figures> measurementOfOther)
            throws Exception {
        if (!isWanted(what)) {
            return;
        }
        List<Figures> ones = new ArrayList<>();
        List<Figures> others = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            ones.add(measurement.call());
            others.add(measurementOfOther.call());
        }
        System.out.println(Figures.medians(ones).line(what));
        System.out.println(Figures.medians(others).line("... " + other + ", in turns with it"));
        System.out.printf(Locale.ROOT, "... of that: %.2f%n", Figures.medianRatio(figure, ones, others));
    }

    private Histogram publishBare(int publishers) throws IOException {
        try (Child child = Child.publishingBare(store, publishers, timing)) {
            child.begin();
            return child.result();
        }
    }

    /// Lets other processes publish, all at the same time, so that each round begins with a fresh one.
    private Histogram publish(int processes, Publishers publishers) throws IOException {
        String app = app();
        List<Child> children = new ArrayList<>();
        for (int i = 0; i < processes; i++) {
            children.add(Child.publishing(store, app, publishers, timing));
        }
        for (Child child : children) {
            child.begin();
        }
        Histogram all = children.get(0).result();
        for (Child child : children.subList(1, processes)) {
            all.add(child.result());
        }
        for (Child child : children) {
            child.close();
        }
        return all;
    }

    /// An app of its own for each round, so that none finds what another has left.
    private static String app() {
        return "bench-" + UUID.randomUUID().toString().substring(0, 8);
    }

    private void measure(String what, Callable<Figures> measurement) throws Exception {
        if (!isWanted(what)) {
            return;
        }
        List<Figures> all = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            all.add(measurement.call());
        }
        System.out.println(Figures.medians(all).line(what));
    }

    private boolean isWanted(String what) {
        return what.startsWith(only);
    }
}
