package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.CloseReason;
import dev.fanfare.Position;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.AppendResult.Accepted;
import dev.fanfare.spi.AppendResult.Closed;
import dev.fanfare.spi.AppendResult.Conflict;
import dev.fanfare.spi.AppendResult.Duplicate;
import dev.fanfare.spi.Effect;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicView;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What backends do to many appends at once must be what they would do to each.
interface BatchRules extends BackendUnderTest {
    @Test
    default void aBatchIsAnsweredAsIfItsAppendsHadComeOneByOne() {
        for (int seed = 1; seed <= 10; seed++) {
            Family together = new Family(node(), "together-" + seed, 5);
            Family oneByOne = new Family(node(), "one-by-one-" + seed, 5);
            for (int round = 0; round < 3; round++) {
                List<AppendResult> results = node().append(together.drafts(new Random(seed * 10L + round), 20));
                List<Draft> singles = oneByOne.drafts(new Random(seed * 10L + round), 20);

                assertThat(results.stream().map(BatchRules::told))
                        .as("seed " + seed + ", round " + round)
                        .containsExactlyElementsOf(singles.stream()
                                .map(draft -> told(node().append(draft)))
                                .toList());
                assertThat(together.stored()).as("seed " + seed).isEqualTo(oneByOne.stored());
            }
        }
    }

    private static String told(AppendResult result) {
        if (result instanceof Accepted accepted) {
            return "accepted as " + accepted.position().offset();
        } else if (result instanceof Duplicate duplicate) {
            return "duplicate of " + duplicate.position().offset();
        } else if (result instanceof Closed closed) {
            return "closed at " + closed.head().offset();
        } else if (result instanceof Conflict conflict) {
            return "conflict with "
                    + (conflict.head() == null ? "nothing" : conflict.head().offset());
        }
        return result.toString();
    }

    /// Topics of their own, and what chance does to them.
    record Family(Node node, String name, int size) {
        private static final List<Effect> EFFECTS = List.of(
                Effect.SNAPSHOT,
                new Effect.Close(CloseReason.COMPLETE, false),
                new Effect.Close(CloseReason.COMPLETE, true),
                Effect.REOPEN,
                new Effect.Drop());

        private TopicName topic(int number) {
            return new TopicName("shop", name + "/" + number);
        }

        private @Nullable Head head(int number) {
            return node.read(new Read(topic(number), Position.NONE, 0, false)).head();
        }

        private Position place(int number) {
            Head head = head(number);
            return head == null ? Position.NONE : head.position();
        }

        List<Draft> drafts(Random random, int count) {
            List<Position> places =
                    IntStream.range(0, size).mapToObj(this::place).toList();
            List<Draft> drafts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int topic = random.nextInt(size);
                drafts.add(vary(Draft.to(topic(topic), "" + i), places.get(topic), random));
            }
            return drafts;
        }

        private static Draft vary(Draft plain, Position place, Random random) {
            Draft draft = plain;
            if (random.nextInt(3) == 0) {
                draft = draft.with(EFFECTS.get(random.nextInt(EFFECTS.size())));
            }
            if (random.nextInt(5) == 0) {
                draft = draft.withKey("key-" + random.nextInt(4));
            }
            if (random.nextInt(4) == 0 || draft.effect().equals(Effect.REOPEN)) {
                draft = draft.expecting(place);
            }
            return random.nextInt(20) == 0 ? draft.keeping(Policies.LARGE) : draft;
        }

        /// Returns what can be read of each topic: its events in their order, its snapshot and its state.
        List<String> stored() {
            return IntStream.range(0, size).mapToObj(this::stored).toList();
        }

        private String stored(int number) {
            TopicView view = node.read(topic(number));
            Head head = view.head();
            StoredEvent snapshot = view.snapshot();
            return (head == null ? "nothing" : head.state() + " at " + head.offset())
                    + view.events().stream()
                            .map(event -> event.offset() + "=" + event.message())
                            .toList()
                    + (snapshot == null ? "" : snapshot.offset() + "=" + snapshot.message());
        }
    }
}
