package dev.fanfare.history;

import dev.fanfare.Delivery;
import dev.fanfare.Durability;
import dev.fanfare.Position;
import dev.fanfare.spi.TopicName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// One thing that a publisher did or was told, that a reader was given, or that a hub answered when all was over.
///
/// A history is a list of these in the order in which they happened at the one who recorded them. Times are for people:
/// no judgement rests on them.
public sealed interface Entry {
    /// A publisher sends a message, perhaps not for the first time. Comes before anything can happen to it.
    record Attempted(Sending sending, boolean conflatable) implements Entry {}

    /// The publisher was told that it is stored, there.
    ///
    /// @param duplicate whether an earlier try had stored it
    record Acked(Sending sending, Position position, Durability durability, boolean duplicate) implements Entry {}

    /// The publisher was told that this try has stored nothing.
    record Refused(Sending sending, String code) implements Entry {}

    /// The publisher cannot know whether this try has stored it.
    record Unanswered(Sending sending, String detail) implements Entry {}

    /// A reader is subscribed.
    ///
    /// @param places where it stands in the topics that it names
    /// @param patterns which others it reads, as [TopicPattern] has them; in the order in which it named them
    record Connected(Connection connection, String app, Map<String, Position> places, List<String> patterns)
            implements Entry {
        public Connected {
            places = Map.copyOf(places);
            patterns = List.copyOf(patterns);
        }

        /// Tells whether the reader is to be given a topic of that name when it appears.
        boolean finds(TopicName topic) {
            return topic.app().equals(app)
                    && patterns.stream()
                            .anyMatch(pattern -> Interest.pattern(pattern).matches(topic.name()));
        }
    }

    /// A reader was given an event.
    ///
    /// @param id of the message; empty when it holds none
    record Saw(Connection connection, TopicName topic, Position position, String id, Saw.Marks marks) implements Entry {
        /// What an event says of itself beside its message.
        public record Marks(boolean snapshot, int conflated, Optional<JobMark> job) {
            public static final Marks NONE = new Marks(false, 0, Optional.empty());
        }
    }

    /// A reader was told of a gap.
    ///
    /// @param count how many it misses; empty when that cannot be known
    record Missed(
            Connection connection,
            TopicName topic,
            Delivery.Cause cause,
            OptionalLong count,
            Position from,
            Position to)
            implements Entry {}

    /// A reader was told that the topic's life is over.
    record Ended(Connection connection, TopicName topic, String reason, Position position) implements Entry {}

    /// A connection is over.
    record Disconnected(Connection connection, String why) implements Entry {}

    /// All copies of the store hold whatever was acknowledged, or given to a reader, until here.
    record InStep() implements Entry {}

    /// A copy of the store has taken over, which may lack what was told since the last [InStep]; what follows is told
    /// by it alone.
    record TookOver() implements Entry {}

    /// All has been published, and every reader that is still connected has had the time to catch up.
    record Quiet() implements Entry {}

    /// What a hub says of a topic after that.
    ///
    /// @param head its last event; [Position#NONE] when it has no life
    /// @param closed the reason, if it is closed
    /// @param snapshot where its snapshot stands, if it has one
    record Found(String hub, TopicName topic, Position head, Optional<String> closed, Optional<Position> snapshot)
            implements Entry {}
}
