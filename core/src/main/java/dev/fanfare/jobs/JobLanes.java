package dev.fanfare.jobs;

import dev.fanfare.spi.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Has the changes of one job wait for each other, where they would only make each other read and merge again.
///
/// Whoever finds a job's lane empty works it off until it is empty again, the changes of others too; then the lane
/// goes. Answers are given once the lane is left to itself, so that whoever gets one may change the same job again.
///
/// Threads: safe. The lane's changes are worked off by one thread at a time.
final class JobLanes {
    private final ConcurrentHashMap<String, Lane> lanes = new ConcurrentHashMap<>();

    CompletionStage<JobReceipt> add(String id, JobAppend append) {
        Waiter waiter = new Waiter(append, new CompletableFuture<>());
        Lane lane = lanes.compute(id, (same, busy) -> {
            Lane joined = busy == null ? new Lane(id) : busy;
            joined.waiting.add(waiter);
            return joined;
        });
        lane.enter();
        return waiter.answer;
    }

    private void leave(Lane lane) {
        lanes.computeIfPresent(lane.id, (same, busy) -> busy == lane && lane.isIdle() ? null : busy);
    }

    private record Waiter(JobAppend append, CompletableFuture<JobReceipt> answer) {
        /// Never throws and always completes.
        CompletableFuture<JobReceipt> run(@Nullable JobUpdate last) {
            try {
                return append.run(last).toCompletableFuture();
            } catch (RuntimeException failure) {
                return CompletableFuture.failedFuture(failure);
            }
        }

        void tell(CompletionStage<JobReceipt> done) {
            done.whenComplete((receipt, failure) -> {
                if (failure == null) {
                    answer.complete(receipt);
                } else {
                    answer.completeExceptionally(Waiting.cause(failure));
                }
            });
        }
    }

    private final class Lane {
        private final String id;
        private final Queue<Waiter> waiting = new ConcurrentLinkedQueue<>();
        /// How many have entered and are not done; who makes it 1 works the lane off.
        private final AtomicInteger entered = new AtomicInteger();
        /// The job's last update, while the lane is busy; used by whoever works it off.
        private @Nullable JobUpdate last;

        Lane(String id) {
            this.id = id;
        }

        boolean isIdle() {
            return waiting.isEmpty() && entered.get() == 0;
        }

        void enter() {
            if (entered.getAndIncrement() == 0) {
                workOff();
            }
        }

        private void workOff() {
            List<Runnable> answers = new ArrayList<>();
            do {
                Waiter waiter = waiting.remove();
                CompletableFuture<JobReceipt> running = waiter.run(last);
                if (!running.isDone()) {
                    CompletionStage<JobReceipt> later = running;
                    later.whenComplete((receipt, failure) -> goOn(waiter, running));
                    break;
                }
                remember(running);
                answers.add(() -> waiter.tell(running));
            } while (entered.decrementAndGet() > 0);
            leave(this);
            answers.forEach(Runnable::run);
        }

        private void goOn(Waiter waiter, CompletableFuture<JobReceipt> done) {
            remember(done);
            if (entered.decrementAndGet() > 0) {
                workOff();
            } else {
                leave(this);
            }
            waiter.tell(done);
        }

        private void remember(CompletableFuture<JobReceipt> done) {
            last = done.isCompletedExceptionally() ? null : done.join().update();
        }
    }
}
