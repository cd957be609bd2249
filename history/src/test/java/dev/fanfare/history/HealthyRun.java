package dev.fanfare.history;

import dev.fanfare.Delivery.Cause;
import dev.fanfare.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A history in which nothing is wrong, made from a seed: one log a topic, readers that come and go, are behind,
/// lose the place and are told, and in the end have all.
final class HealthyRun {
    private static final int TOPICS = 3;
    private static final int READERS = 4;

    private final Random random;
    private final Story story = new Story();
    private final long[] heads = new long[TOPICS];
    /// By reader and topic: the offset after which it goes on.
    private final long[][] stands = new long[READERS][TOPICS];

    HealthyRun(long seed, int steps) {
        random = new Random(seed);
        for (int reader = 0; reader < READERS; reader++) {
            story.reads(name(reader), "t0");
            for (int topic = 1; topic < TOPICS; topic++) {
                var first = new Connection(name(reader), 1);
                story.add(new Entry.Connected(first, "shop", Map.of("t" + topic, Story.at(0)), List.of()));
            }
        }
        for (int i = 0; i < steps; i++) {
            step();
        }
        catchUp();
        story.isQuiet();
        for (int topic = 0; topic < TOPICS; topic++) {
            story.finds("one", "t" + topic, heads[topic] == 0 ? Story.at(0) : Story.at(heads[topic]));
        }
    }

    List<Entry> entries() {
        return new ArrayList<>(story.entries());
    }

    private void step() {
        int topic = random.nextInt(TOPICS);
        int reader = random.nextInt(READERS);
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> publish(topic);
            case 3, 4, 5 -> deliver(reader, topic);
            case 6 -> story.comesBack(name(reader));
            default -> lose(reader, topic);
        }
    }

    private void publish(int topic) {
        long next = ++heads[topic];
        story.tries("t" + topic, next);
        if (random.nextInt(5) == 0) {
            story.doesNotAnswer("t" + topic, next).tries("t" + topic, next);
        }
        story.acks("t" + topic, next);
    }

    private void deliver(int reader, int topic) {
        if (stands[reader][topic] < heads[topic]) {
            story.sees(name(reader), "t" + topic, ++stands[reader][topic]);
        }
    }

    private void lose(int reader, int topic) {
        long behind = heads[topic] - stands[reader][topic];
        if (behind > 1) {
            Position from = Story.at(stands[reader][topic]);
            stands[reader][topic] += 1 + random.nextInt((int) behind - 1);
            story.misses(name(reader), "t" + topic, Cause.SLOW, from, Story.at(stands[reader][topic]));
        }
    }

    private void catchUp() {
        for (int reader = 0; reader < READERS; reader++) {
            for (int topic = 0; topic < TOPICS; topic++) {
                while (stands[reader][topic] < heads[topic]) {
                    deliver(reader, topic);
                }
            }
        }
    }

    private static String name(int reader) {
        return "r" + reader;
    }
}
