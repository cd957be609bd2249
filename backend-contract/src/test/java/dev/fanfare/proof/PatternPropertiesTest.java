package dev.fanfare.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import dev.fanfare.Position;
import dev.fanfare.StartAt;
import dev.fanfare.Topic;
import dev.fanfare.contract.ManualClock;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.memory.MemoryBackend;
import dev.fanfare.proof.Truth.Published;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.Read;
import dev.fanfare.spi.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Topics come, go and come again under readers of patterns: what lives is read whole, each life from its first event.
class PatternPropertiesTest {
    private static final List<String> NAMES = List.of("a", "b", "c/d");

    @Property(tries = 1000)
    void readersOfPatternsGetEveryTopicWhole(@ForAll("steps") List<Step> steps) {
        Play play = new Play();
        try {
            steps.forEach(play::step);
            play.settle();
        } finally {
            play.broadcaster.close();
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Step.sound().list().ofMinSize(1).ofMaxSize(60);
    }

    /// Threads: confined to the test.
    private static final class Play {
        private final ManualClock clock = new ManualClock();
        private final MemoryBackend store = MemoryBackend.create(clock);
        private final Broadcaster broadcaster = Broadcaster.builder(store)
                .policy(World.POLICY)
                .windowBytes(700)
                .clock(clock)
                .start();
        private final App shop = broadcaster.app("shop");
        private final Map<String, Truth> truths = new HashMap<>();
        private final List<PatternReader> readers = new ArrayList<>();

        Play() {
            NAMES.forEach(name -> truths.put(name, new Truth()));
        }

        void step(Step step) {
            int choice = step.choice();
            String name = NAMES.get(choice % NAMES.size());
            switch (step.kind()) {
                case PUBLISH, PUBLISH_SNAPSHOT -> publish(name, Event.json("" + choice));
                case PUBLISH_CONFLATABLE ->
                    publish(name, Event.json("" + choice).asConflatable());
                case CLOSE -> publish(name, Event.json("0").closing(CloseReason.COMPLETE));
                case REOPEN -> reopen(name);
                case DROP -> drop(name);
                case SUBSCRIBE -> readers.add(subscribe(choice % 2 == 0));
                case POLL -> poll(choice, 1 + choice % 5);
                case DRAIN -> poll(choice, 1 << 20);
                default -> {
                    // about positions and time: not here
                }
            }
        }

        private void publish(String name, Event event) {
            Truth.Life present = truths.get(name).present();
            boolean reopens = event.expected() != null;
            if (present != null && present.isOver() && !reopens) {
                return;
            }
            Position position = shop.topic(name).publish(event).position();
            truths.get(name)
                    .published(new Published(position, event.message().utf8(), event.conflatable(), event.snapshot()));
            if (event.closing() != null) {
                truths.get(name).over(event.closing(), position);
            }
        }

        private void reopen(String name) {
            Truth.Life present = truths.get(name).present();
            if (present != null && present.isOver()) {
                publish(name, Event.json("1").expecting(present.last()));
            }
        }

        private void drop(String name) {
            Topic topic = shop.topic(name);
            if (topic.drop()) {
                truths.get(name).over(CloseReason.DROPPED, head(name).position());
            }
        }

        private Head head(String name) {
            Read read = new Read(new TopicName("shop", name), Position.NONE, 0, false);
            return Objects.requireNonNull(store.read(List.of(read))
                    .toCompletableFuture()
                    .join()
                    .get(0)
                    .head());
        }

        private PatternReader subscribe(boolean live) {
            return live
                    ? PatternReader.live(RecordingSubscriber.of(shop, "**", StartAt.live()), truths)
                    : PatternReader.earliest(
                            RecordingSubscriber.of(shop, "**", StartAt.earliest()), truths, this::head);
        }

        private void poll(int choice, int maxBytes) {
            if (!readers.isEmpty()) {
                readers.get(choice % readers.size()).poll(maxBytes);
            }
        }

        void settle() {
            readers.forEach(PatternReader::settle);
            readers.forEach(PatternReader::close);
            assertThat(clock.scheduled()).as("tasks left with the clock").isLessThanOrEqualTo(1);
        }
    }
}
