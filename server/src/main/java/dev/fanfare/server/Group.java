package dev.fanfare.server;

import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.Received;
import java.util.Arrays;
import java.util.List;

/// All readers of the same topics on one event loop that have seen everything so far. One cursor serves them all:
/// what it delivers is framed once, and the same bytes go to every member.
///
/// Here is the hub's inner loop, so nothing is done for a delivery but the write. A member that cannot take more leaves
/// by itself, through [Reader#stall()], while it is being written to. So members are walked from the last to the first:
/// the one that takes the place of a leaver has had its turn.
///
/// Threads: confined to the event loop.
final class Group implements Waker.Sleeper {
    /// What is read at once; half of what may wait for a connection, so that two such pieces are never too much.
    static final int POLL_BYTES = 32 << 10;
    /// After so many such pieces others of the loop get their turn.
    static final int POLLS_A_TURN = 8;

    private final Loop loop;
    private final GroupKey key;
    private final Cursor cursor;
    private final Waker waker;
    private final boolean single;
    private Reader[] members = new Reader[4];
    private int size;
    private boolean open = true;

    Group(Loop loop, Reader founder, Cursor cursor, Waker waker) {
        this.loop = loop;
        this.key = founder.key();
        this.cursor = cursor;
        this.waker = waker;
        this.single = founder.isSingle();
        waker.pass(this);
        add(founder);
    }

    GroupKey key() {
        return key;
    }

    Cursor cursor() {
        return cursor;
    }

    /// Tells whether it still reads: not once it has ended or lost its last member.
    boolean isOpen() {
        return open;
    }

    void add(Reader reader) {
        if (size == members.length) {
            members = Arrays.copyOf(members, size * 2);
        }
        reader.index = size;
        members[size++] = reader;
    }

    /// The last member takes the place of the one that leaves.
    @SuppressWarnings("NullAway") // the slots from `size` on are empty
    void remove(Reader reader) {
        Reader last = members[--size];
        members[reader.index] = last;
        last.index = reader.index;
        members[size] = null;
        if (size == 0 && open) {
            close();
        }
    }

    Cursor fork(Runnable wake) {
        return cursor.fork(wake);
    }

    /// Gives the news to all members.
    @Override
    public void wake() {
        int polls = 0;
        boolean more = true;
        while (open && more && polls++ < POLLS_A_TURN) {
            List<Delivery> ready = cursor.poll(POLL_BYTES);
            more = !ready.isEmpty();
            if (more) {
                deliver(ready);
            }
            if (open && cursor.isEnded()) {
                end();
            }
        }
        if (open && more) {
            waker.run();
        }
    }

    @Override
    public void fail() {
        close();
        for (int i = size - 1; i >= 0; i--) {
            members[i].stream().fail();
        }
    }

    private void deliver(List<Delivery> ready) {
        Batch batch = loop.batch(ready, cursor, single);
        try {
            for (int i = size - 1; i >= 0; i--) {
                members[i].stream().deliver(batch);
            }
        } finally {
            batch.release();
        }
        if (size > 0 && ready.get(ready.size() - 1) instanceof Received last) {
            members[0].stream().hub().metrics().delivered(last);
        }
    }

    private void end() {
        close();
        for (int i = size - 1; i >= 0; i--) {
            members[i].end();
        }
    }

    private void close() {
        open = false;
        loop.groups().remove(key);
        cursor.close();
    }
}
