package dev.fanfare.proof;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Whatever happens in whatever order: received, conflated and missed together are what was published, in order, once,
/// and ends are certain.
///
/// A failure prints the steps, shortened to the few that matter, and the seed to play it again.
class ReadingPropertiesTest {
    @Property(tries = 1000)
    void everyReaderGetsEveryEventOrIsTold(@ForAll("steps") List<Step> steps) {
        play(steps, false);
    }

    @Property(tries = 1000)
    void everyReaderGetsEveryEventOrIsToldWhateverFails(@ForAll("faultySteps") List<Step> steps) {
        play(steps, true);
    }

    private static void play(List<Step> steps, boolean faults) {
        try (World world = new World(faults)) {
            steps.forEach(world::play);
            world.settle();
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Step.sound().list().ofMinSize(1).ofMaxSize(60);
    }

    @Provide
    Arbitrary<List<Step>> faultySteps() {
        return Step.faulty().list().ofMinSize(1).ofMaxSize(60);
    }
}
