package dev.fanfare.server;

import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What one event loop has to itself: its groups of readers, its connections on their wheel, its counts. Nothing here
/// is shared with another loop, so nothing is locked.
///
/// Threads: confined to the event loop, but for `execute`, `tick` and the counts, which any may read.
final class Loop {
    private final EventLoop eventLoop;
    private final Counts counts = new Counts();
    private final Framing framing = new Framing(ByteBufAllocator.DEFAULT);
    private final Map<GroupKey, Group> groups = new HashMap<>();
    private final Wheel wheel;

    Loop(EventLoop eventLoop, long now) {
        this.eventLoop = eventLoop;
        this.wheel = new Wheel(now);
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    Counts counts() {
        return counts;
    }

    Framing framing() {
        return framing;
    }

    Wheel wheel() {
        assert eventLoop.inEventLoop();
        return wheel;
    }

    Map<GroupKey, Group> groups() {
        assert eventLoop.inEventLoop();
        return groups;
    }

    void execute(Runnable task) {
        eventLoop.execute(task);
    }

    /// Looks at the connections whose time has come.
    void tick(long now) {
        execute(() -> wheel.turn(now));
    }

    /// Does something to every connection of this loop.
    void forEachConnection(Consumer<Connection> action) {
        execute(() -> wheel.forEach(action));
    }

    Group found(Reader founder, Cursor cursor, Waker waker) {
        Group group = new Group(this, founder, cursor, waker);
        groups().put(group.key(), group);
        return group;
    }

    /// @param single whether each delivery has its own position to resume after
    Batch batch(List<Delivery> deliveries, Cursor cursor, boolean single) {
        counts.batch(deliveries);
        return new Batch(deliveries, single ? null : cursor.position(), framing);
    }
}
