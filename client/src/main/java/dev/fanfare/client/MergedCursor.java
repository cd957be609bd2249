package dev.fanfare.client;

import dev.fanfare.Cursor;
import dev.fanfare.Delivery;
import dev.fanfare.VectorPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// Several streams that are read as one.
///
/// Threads: confined to its reader, but for `asleep`, by which the streams' news reach it.
final class MergedCursor implements Cursor {
    private final Runnable wake;
    private final AtomicBoolean asleep = new AtomicBoolean();
    private List<RemoteCursor> parts = List.of();
    private int turn;

    MergedCursor(Runnable wake) {
        this.wake = wake;
    }

    /// Sets what is read. Those without patterns first: their positions must not be the ones that find no room.
    MergedCursor over(List<RemoteCursor> cursors) {
        parts = cursors.stream()
                .sorted(Comparator.comparing(RemoteCursor::hasPatterns))
                .toList();
        return this;
    }

    /// Takes news of any part.
    void wake() {
        if (asleep.compareAndSet(true, false)) {
            wake.run();
        }
    }

    /// Begins with another part each time, so that a busy one does not keep the others waiting.
    @Override
    public List<Delivery> poll(int maxBytes) {
        asleep.set(true); // before the parts are asked, so that no news are missed
        for (int i = 0; i < parts.size(); i++) {
            turn = (turn + 1) % parts.size();
            List<Delivery> ready = parts.get(turn).poll(maxBytes);
            if (!ready.isEmpty()) {
                asleep.set(false);
                return ready;
            }
        }
        return List.of();
    }

    @Override
    public String position() {
        List<VectorPosition> places = new ArrayList<>();
        Instant asOf = Instant.EPOCH;
        for (RemoteCursor part : parts) {
            VectorPosition place = part.place().vector();
            places.add(place);
            boolean earlier = asOf.equals(Instant.EPOCH) || place.asOf().isBefore(asOf);
            asOf = part.hasPatterns() && earlier ? place.asOf() : asOf;
        }
        boolean whole = places.stream().allMatch(VectorPosition::whole);
        return Vectors.join(asOf, whole, places).toString();
    }

    @Override
    public boolean isEnded() {
        return parts.stream().allMatch(RemoteCursor::isEnded);
    }

    @Override
    public MergedCursor fork(Runnable newWake) {
        MergedCursor twin = new MergedCursor(newWake);
        return twin.over(parts.stream().map(part -> part.fork(twin::wake)).toList());
    }

    @Override
    public boolean isLevelWith(Cursor other) {
        if (!(other instanceof MergedCursor that) || parts.size() != that.parts.size()) {
            return false;
        }
        for (int i = 0; i < parts.size(); i++) {
            if (!parts.get(i).isLevelWith(that.parts.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        parts.forEach(RemoteCursor::close);
    }
}
