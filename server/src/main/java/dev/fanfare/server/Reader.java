package dev.fanfare.server;

import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One subscription of a stream: first on a cursor of its own, and once that has nothing more to give, in the group of
/// all that read the same on this event loop.
///
/// When its stream takes no more, it leaves the group with a cursor of its own, which costs a place and no memory; when
/// the stream takes more again, it reads on from there, and comes back once it is level.
///
/// Threads: confined to the event loop.
final class Reader implements Waker.Sleeper {
    private final Stream stream;
    private final GroupKey key;
    private final boolean single;
    private @Nullable Cursor own;
    private @Nullable Waker waker;
    private @Nullable Group group;
    private boolean reading;
    /// Its place among the group's members; the group's to keep.
    int index;

    /// @param single whether it reads one topic, so that each delivery has a position to resume after
    Reader(Stream stream, GroupKey key, boolean single) {
        this.stream = stream;
        this.key = key;
        this.single = single;
    }

    Stream stream() {
        return stream;
    }

    GroupKey key() {
        return key;
    }

    boolean isSingle() {
        return single;
    }

    /// Begins to read from the cursor, which it then owns.
    ///
    /// @param first what has been polled from it already
    void start(Cursor cursor, Waker wakes, List<Delivery> first) {
        own = cursor;
        waker = wakes;
        wakes.pass(this);
        reading = true;
        stream.loop().counts().subscribed();
        if (!first.isEmpty()) {
            send(cursor, first);
        }
        wake();
    }

    /// Reads what there is, as far as the stream takes it.
    @Override
    public void wake() {
        Cursor cursor = own;
        Waker wakes = waker;
        if (cursor == null || wakes == null) {
            return;
        }
        for (int sent = 0; stream.takesMore(); ) {
            if (cursor.isEnded()) {
                end();
                return;
            }
            List<Delivery> ready = cursor.poll(Group.POLL_BYTES);
            if (ready.isEmpty()) {
                settle(cursor, wakes);
                return;
            }
            send(cursor, ready);
            if (++sent == Group.POLLS_A_TURN) {
                wakes.run();
                return;
            }
        }
    }

    @Override
    public void fail() {
        stream.fail();
    }

    /// Leaves the group at the place where it stands: the stream takes no more for now.
    void stall() {
        Group from = group;
        if (from != null) {
            Waker wakes = new Waker(stream.loop().eventLoop(), this);
            own = from.fork(wakes);
            waker = wakes;
            leave(from);
        }
    }

    /// Stops reading for good.
    void close() {
        if (reading) {
            reading = false;
            stream.loop().counts().unsubscribed();
        }
        Group from = group;
        if (from != null) {
            leave(from);
        }
        if (own != null) {
            own.close();
            own = null;
        }
    }

    /// Called by the group when all that it reads has ended, and by itself.
    void end() {
        group = null;
        close();
        stream.ended(this);
    }

    private void send(Cursor cursor, List<Delivery> ready) {
        Batch batch = stream.loop().batch(ready, cursor, single);
        stream.deliver(batch);
        batch.release();
    }

    /// Goes to the group, or founds it with the own cursor, when there is nothing to read alone any more.
    private void settle(Cursor cursor, Waker wakes) {
        if (cursor.isEnded()) {
            end();
            return;
        }
        Group found = stream.loop().groups().get(key);
        if (found == null) {
            group = stream.loop().found(this, cursor, wakes);
            own = null;
        } else {
            found.wake(); // it may have news that this reader has already seen
            if (found.isOpen() && cursor.isLevelWith(found.cursor())) {
                found.add(this);
                group = found;
                cursor.close();
                own = null;
            } // else the own cursor's next news bring it here again
        }
    }

    private void leave(Group from) {
        group = null;
        from.remove(this);
    }
}
