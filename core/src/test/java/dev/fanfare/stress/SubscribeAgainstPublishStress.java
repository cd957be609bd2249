package dev.fanfare.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.fanfare.Cursor;
import dev.fanfare.Event;
import dev.fanfare.StartAt;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/// Subscribing has no hole and no overlap: from the start, all; from now, what follows some moment.
@JCStressTest
@Outcome(
        id = {"12, 12", "12, 2", "12, "},
        expect = ACCEPTABLE,
        desc = "all, and the rest")
@Outcome(expect = FORBIDDEN, desc = "a hole, a repetition or a gap")
@State
public class SubscribeAgainstPublishStress {
    private final Log log = new Log();
    private @Nullable Cursor all;
    private @Nullable Cursor rest;

    @Actor
    public void publisher() {
        log.publish(Event.json("1"));
        log.publish(Event.json("2"));
    }

    @Actor
    public void subscriber() {
        all = log.open(StartAt.earliest(), () -> {});
        rest = log.open(StartAt.live(), () -> {});
    }

    @Arbiter
    public void afterwards(LL_Result result) {
        result.r1 = Log.read(all);
        result.r2 = Log.read(rest);
        all.close();
        rest.close();
        log.drop();
    }
}
