package dev.fanfare.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.fanfare.Cursor;
import dev.fanfare.Event;
import dev.fanfare.StartAt;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/// No wake is lost: a poll that just misses an event is followed by exactly one wake, and then finds it.
@JCStressTest
@Outcome(id = "1, 0 wakes, ", expect = ACCEPTABLE, desc = "the poll found the event")
@Outcome(id = ", 1 wakes, 1", expect = ACCEPTABLE, desc = "the poll missed it and was woken")
@Outcome(expect = FORBIDDEN, desc = "a lost, early or second wake")
@State
public class WakeAgainstPublishStress {
    private final Log log = new Log();
    private final AtomicInteger wakes = new AtomicInteger();
    private final Cursor cursor = log.open(StartAt.live(), wakes::incrementAndGet);

    @Actor
    public void publisher() {
        log.publish(Event.json("1"));
    }

    @Actor
    public void reader(LLL_Result result) {
        result.r1 = Log.read(cursor);
    }

    @Arbiter
    public void afterwards(LLL_Result result) {
        result.r2 = wakes + " wakes";
        result.r3 = Log.read(cursor);
        cursor.close();
        log.drop();
    }
}
