package dev.fanfare.client;

import dev.fanfare.Position;
import dev.fanfare.VectorPosition;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Joins what is known of a place into one vector.
final class Vectors {
    private Vectors() {}

    /// Returns all positions as far as there is room; where two parts know a topic, the first counts. If one finds no
    /// room, the vector is not whole.
    static VectorPosition join(Instant asOf, boolean whole, List<VectorPosition> parts) {
        Map<Long, Position> joined = new LinkedHashMap<>();
        parts.forEach(part -> part.positions().forEach(joined::putIfAbsent));
        boolean hasRoom = joined.size() <= VectorPosition.MAX_POSITIONS;
        joined.keySet()
                .removeAll(joined.keySet().stream()
                        .skip(VectorPosition.MAX_POSITIONS)
                        .toList());
        return new VectorPosition(asOf, whole && hasRoom, joined);
    }
}
