package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.spi.TopicName;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What very many topics cost: each its own share, and none the work of the others.
interface ScaleRules extends BackendUnderTest {
    int TOPICS = FaultScale.rounds(10_000, 100_000);
    int FEW = TOPICS / 10;
    long MOST_BYTES_A_TOPIC = 2 * 1024;
    /// What a busy machine may make of the price of an event, and add to it: less than a look at each topic costs.
    int NOISE = 3;
    long NOISE_NANOS = 50_000;

    @Test
    @Timeout(300)
    default void ofVeryManyTopicsEachIsRightAndCanBeHeard() {
        Throng all = Throng.of(TOPICS);
        all.attach(node());
        all.publish(node());
        all.requireHeadsAt(node(), 1);

        TopicName last = all.topics().get(TOPICS - 1);
        node().news().awaitAt(last, node().publish(last, "x"));
    }

    @Test
    @Timeout(300)
    default void anEventCostsNoMoreAmongVeryManyTopics() {
        List<Long> nanos = measureAmongFewAndAll(this::quickest);

        assertThat(nanos.get(1)).as("nanoseconds for an event").isLessThan(NOISE * nanos.get(0) + NOISE_NANOS);
    }

    private List<Long> measureAmongFewAndAll(ToLongFunction<Throng> measure) {
        Throng all = Throng.of(TOPICS);
        Throng few = all.part(0, FEW);
        few.attach(node());
        few.publish(node());
        long amongFew = measure.applyAsLong(few);
        Throng more = all.part(FEW, TOPICS);
        more.attach(node());
        more.publish(node());
        return List.of(amongFew, measure.applyAsLong(all));
    }

    private long quickest(Throng throng) {
        return LongStream.generate(() -> time(throng)).limit(5).min().orElseThrow();
    }

    private long time(Throng throng) {
        Random chance = new Random(1);
        int events = rounds() / 10;
        long begin = System.nanoTime();
        for (int i = 0; i < events; i++) {
            node().publish(throng.topics().get(chance.nextInt(throng.topics().size())), "x");
        }
        return (System.nanoTime() - begin) / events;
    }

    @Test
    @Timeout(300)
    default void aTopicThatIsHeardTakesLittleMemory() {
        List<Long> bytes = measureAmongFewAndAll(topics -> heap());

        assertThat((bytes.get(1) - bytes.get(0)) / (TOPICS - FEW))
                .as("bytes a topic")
                .isLessThan(MOST_BYTES_A_TOPIC);
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
