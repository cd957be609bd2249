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

    /// Returns all positions as far as there is room; where two parts know a topic, the first counts.
    static VectorPosition join(Instant asOf, boolean whole, List<VectorPosition> parts) {
        Map<Long, Position> joined = new LinkedHashMap<>();
        for (VectorPosition part : parts) {
            part.positions().forEach((topic, position) -> {
                if (joined.size() < VectorPosition.MAX_POSITIONS) {
                    joined.putIfAbsent(topic, position);
                }
            });
        }
        return new VectorPosition(asOf, whole, joined);
    }
}
