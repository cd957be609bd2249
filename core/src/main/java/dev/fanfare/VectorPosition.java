package dev.fanfare;

import dev.fanfare.spi.Bytes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Where a reader stands in several topics at once: a position for each, known by a hash of its name.
///
/// To clients it is opaque, a text of at most 4 KiB.
///
/// @param asOf the store's time up to which the reader knows which topics there are
/// @param whole whether the reader has read all that there was in topics that the vector does not hold
/// @param positions by a hash of the topic, at most 128, the most important first
public record VectorPosition(Instant asOf, boolean whole, Map<Long, Position> positions) {
    public static final int MAX_POSITIONS = 128;

    private static final String PREFIX = "v1.";
    private static final int MAX_TEXT = 4096;
    private static final int MAX_BYTES = (MAX_TEXT - PREFIX.length()) / 4 * 3;
    private static final int HASH_BYTES = 6;
    /// Hash, epoch, the longest form of an offset, and tag.
    private static final int MAX_ENTRY_BYTES = HASH_BYTES + 8 + 9 + 4;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    public VectorPosition {
        positions = new LinkedHashMap<>(positions);
        if (positions.size() > MAX_POSITIONS) {
            throw new IllegalArgumentException(
                    "a vector holds at most " + MAX_POSITIONS + " positions, not " + positions.size());
        }
    }

    /// Makes a vector of named positions; beyond 128 the later ones are left out, and it is not whole.
    public static VectorPosition of(Instant asOf, boolean whole, Map<String, Position> named) {
        Map<Long, Position> hashed = new LinkedHashMap<>();
        named.entrySet().stream().limit(MAX_POSITIONS).forEach(e -> hashed.put(hash(e.getKey()), e.getValue()));
        return new VectorPosition(asOf, whole && named.size() <= MAX_POSITIONS, hashed);
    }

    /// Returns the position held for the topic.
    public Optional<Position> of(String topic) {
        return Optional.ofNullable(positions.get(hash(topic)));
    }

    /// Reads the text form; empty when the text is not one.
    public static Optional<VectorPosition> parse(String text) {
        if (!text.startsWith(PREFIX) || text.length() > MAX_TEXT) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
            return Optional.of(read(ByteBuffer.wrap(bytes)));
        } catch (IllegalArgumentException | BufferUnderflowException malformed) {
            return Optional.empty();
        }
    }

    private static VectorPosition read(ByteBuffer bytes) {
        long time = bytes.getLong(); // negative if the vector is not whole
        Map<Long, Position> positions = new LinkedHashMap<>();
        while (bytes.hasRemaining()) {
            long hash = Short.toUnsignedLong(bytes.getShort()) << 32 | Integer.toUnsignedLong(bytes.getInt());
            positions.put(hash, new Position(bytes.getLong(), readVarint(bytes), bytes.getInt()));
        }
        return new VectorPosition(Instant.ofEpochMilli(Math.abs(time)), time >= 0, positions);
    }

    private static long readVarint(ByteBuffer bytes) {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            byte b = bytes.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("an offset has too many digits");
    }

    /// Returns the text form. Positions that do not fit into 4 KiB are left out, the last first, and it is not whole.
    @Override
    public String toString() {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES).putLong(0);
        int written = 0;
        for (Map.Entry<Long, Position> entry : positions.entrySet()) {
            if (bytes.remaining() >= MAX_ENTRY_BYTES) {
                write(bytes, entry.getKey(), entry.getValue());
                written++;
            }
        }
        long time = asOf.toEpochMilli();
        bytes.putLong(0, whole && written == positions.size() ? time : -time).flip();
        return PREFIX + new String(encode(bytes), StandardCharsets.US_ASCII);
    }

    private static byte[] encode(ByteBuffer bytes) {
        return Base64.getUrlEncoder().withoutPadding().encode(bytes).array();
    }

    private static void write(ByteBuffer bytes, long hash, Position position) {
        bytes.putShort((short) (hash >>> 32)).putInt((int) hash).putLong(position.epoch());
        long rest = position.offset();
        for (; rest > 0x7f; rest >>>= 7) {
            bytes.put((byte) ((rest & 0x7f) | 0x80));
        }
        bytes.put((byte) rest).putInt(position.tag());
    }

    /// A collision of two names shows as a gap, since the tag of the position will not fit.
    private static long hash(String topic) {
        long hash = FNV_OFFSET;
        Bytes name = Bytes.utf8(topic);
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ (name.at(i) & 0xff)) * FNV_PRIME;
        }
        return (hash ^ hash >>> 48) & 0xffff_ffff_ffffL;
    }
}
