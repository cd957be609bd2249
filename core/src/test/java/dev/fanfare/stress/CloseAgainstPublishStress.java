package dev.fanfare.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.fanfare.CloseReason;
import dev.fanfare.Cursor;
import dev.fanfare.Event;
import dev.fanfare.StartAt;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/// A closed topic takes nothing more: an event is before the last one and delivered, or refused.
@JCStressTest
@Outcome(id = "1, 2, 12E", expect = ACCEPTABLE, desc = "published, then closed")
@Outcome(id = "-, 1, 1E", expect = ACCEPTABLE, desc = "closed, then refused")
@Outcome(expect = FORBIDDEN, desc = "an event after the end, or one that was lost")
@State
public class CloseAgainstPublishStress {
    private final Log log = new Log();
    private final Cursor cursor = log.open(StartAt.live(), () -> {});

    @Actor
    public void publisher(LLL_Result result) {
        result.r1 = log.publish(Event.json("1"));
    }

    @Actor
    public void closer(LLL_Result result) {
        result.r2 = log.publish(Event.json("2").closing(CloseReason.COMPLETE));
    }

    @Arbiter
    public void afterwards(LLL_Result result) {
        result.r3 = Log.read(cursor);
        cursor.close();
        log.drop();
    }
}
