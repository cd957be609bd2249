package dev.fanfare.benchmarks;

import dev.fanfare.Broadcaster;
import dev.fanfare.jobs.Progress;
import dev.fanfare.memory.MemoryBackend;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// What a worker pays for a step of its job, while twenty updates a second leave.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ProgressBenchmark {
    private final Broadcaster broadcaster = Broadcaster.on(MemoryBackend.create());
    private final Progress progress = broadcaster.app("bench").jobs().start("import-42", Long.MAX_VALUE);

    @TearDown
    public void stop() {
        progress.close();
        broadcaster.close();
    }

    @Benchmark
    public void step() {
        progress.step();
    }

    @Benchmark
    public void stepWithMessage() {
        progress.step("a row");
    }

    @Benchmark
    @Threads(2)
    public void stepOfTwoWorkers() {
        progress.step();
    }
}
