package dev.fanfare.redis;

import dev.fanfare.CloseReason;
import dev.fanfare.Durability;
import dev.fanfare.Position;
import dev.fanfare.TopicPolicy;
import dev.fanfare.spi.Append;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// The binary forms in which this backend and its scripts talk; `topic.lua` and `append.lua` say the same. All numbers
/// are big-endian, all times microseconds.
final class Forms {
    private static final int HEAD_BYTES = 113;
    private static final int CONFLATABLE = 1;
    private static final int EXPECTS = 1;
    private static final int HAS_KEY = 2;

    private Forms() {}

    /// What an append asks for: effect, flags, which app, which policy, uid, the epoch of the life that it may begin,
    /// the expected position if there is one, the reason of a close.
    static byte[] order(Append append, int app, int policy, long epoch) {
        Position expect = append.expect();
        byte[] reason = append.effect() instanceof Effect.Close close
                ? utf8(close.reason().text())
                : new byte[0];
        ByteBuffer order = ByteBuffer.allocate(20 + (expect == null ? 0 : 20) + reason.length);
        int flags = (expect == null ? 0 : EXPECTS) + (append.idempotencyKey() == null ? 0 : HAS_KEY);
        order.put(code(append.effect())).put((byte) flags).put((byte) app).put((byte) policy);
        order.putLong(append.uid()).putLong(epoch);
        if (expect != null) {
            order.putLong(expect.epoch()).putLong(expect.offset()).putInt(expect.tag());
        }
        return order.put(reason).array();
    }

    private static byte code(Effect effect) {
        if (effect instanceof Effect.Close close) {
            return (byte) (close.snapshot() ? 3 : 2);
        }
        if (effect instanceof Effect.Snapshot) {
            return 1;
        }
        return (byte) (effect instanceof Effect.Reopen ? 4 : effect instanceof Effect.Drop ? 5 : 0);
    }

    /// What the publisher gave: a byte of flags, the length of the name, the name, the message.
    static byte[] record(Append append) {
        byte[] name = append.eventName() == null ? new byte[0] : utf8(append.eventName());
        byte[] record = new byte[2 + name.length + append.message().length()];
        record[0] = (byte) (append.conflatable() ? CONFLATABLE : 0);
        record[1] = (byte) name.length;
        System.arraycopy(name, 0, record, 2, name.length);
        append.message().copyTo(record, 2 + name.length);
        return record;
    }

    static byte[] policy(TopicPolicy policy) {
        return ByteBuffer.allocate(48)
                .putLong(policy.historyEvents())
                .putLong(policy.historyBytes())
                .putLong(micros(policy.historyAge()))
                .putLong(micros(policy.idleAge()))
                .putLong(micros(policy.tombstoneAge()))
                .putLong(micros(policy.idempotencyAge()))
                .array();
    }

    /// Reads a head from the next `length` bytes.
    static Head head(ByteBuffer in, int length) {
        long epoch = in.getLong();
        in.getLong(); // birth
        long uid = in.getLong();
        long offset = in.getLong();
        Head.State state = Head.State.values()[in.get()];
        long first = in.getLong();
        long snapshot = in.getLong();
        Instant created = time(in.getLong());
        Instant changed = time(in.getLong());
        in.position(in.position() + 48); // age, keep, bytes, young, safe, events
        String reason = text(in, length - HEAD_BYTES);
        return new Head(
                epoch,
                offset,
                uid,
                state,
                reason.isEmpty() ? null : new CloseReason(reason),
                first,
                snapshot,
                created,
                changed);
    }

    static Head head(byte[] form) {
        return head(ByteBuffer.wrap(form), form.length);
    }

    /// Reads an event of that life from all that is left.
    static StoredEvent event(long epoch, ByteBuffer in) {
        long offset = in.getLong();
        long uid = in.getLong();
        long prevUid = in.getLong();
        Instant at = time(in.getLong());
        boolean conflatable = in.get() == CONFLATABLE;
        int nameLength = Byte.toUnsignedInt(in.get());
        String name = nameLength == 0 ? null : text(in, nameLength);
        byte[] message = new byte[in.remaining()];
        in.get(message);
        return new StoredEvent(epoch, offset, offset - 1, uid, prevUid, at, name, conflatable, Bytes.owning(message));
    }

    static StoredEvent event(long epoch, byte[] form) {
        return event(epoch, ByteBuffer.wrap(form));
    }

    /// Reads the head that leads the rest, after a byte that tells its length; null if that is 0.
    static @Nullable Head leadingHead(ByteBuffer in) {
        int length = Byte.toUnsignedInt(in.get());
        return length == 0 ? null : head(in, length);
    }

    /// Reads what became of `append`.
    static AppendResult result(ByteBuffer in, Append append, Durability durability) {
        byte kind = in.get();
        if (kind == 'A') {
            Position position = new Position(in.getLong(), in.getLong(), (int) append.uid());
            return new AppendResult.Accepted(position, durability, time(in.getLong()));
        }
        if (kind == 'D') {
            Position position = new Position(in.getLong(), in.getLong(), (int) in.getLong());
            return new AppendResult.Duplicate(position, durability, time(in.getLong()));
        }
        Head head = leadingHead(in);
        return kind == 'C' && head != null ? new AppendResult.Closed(head) : new AppendResult.Conflict(head);
    }

    private static String text(ByteBuffer in, int length) {
        String text = new String(in.array(), in.arrayOffset() + in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return text;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] number(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] eightBytes(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    static Instant time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}
