package dev.fanfare.client.judges;

import dev.fanfare.App;
import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A stream that a judge reads: its topics, and all that is published to them, made of a seed.
///
/// @param topics that it names; each of them is closed by its last event
/// @param pattern whether it also reads the topics `p/*`, which stay open
/// @param live whether it is published while it is being read, rather than before
/// @param start `earliest` or `snapshot`
/// @param steps what is published, in order
record GeneratedStream(String app, List<String> topics, boolean pattern, boolean live, String start, List<Step> steps) {
    /// Names that events have here; those of judges that register listeners must know them.
    static final List<String> NAMES = List.of("created", "with space", "a:b", "é🎉", "data", "id");

    record Step(String topic, Event event) {}

    static GeneratedStream of(String app, int number, long seed) {
        Random random = new Random(seed * 31 + number);
        boolean live = number % 4 > 1;
        List<String> named = number % 2 == 0 ? List.of("t/größe") : List.of("a", "b", "c");
        List<String> found = number % 8 == 1 || number % 8 == 3 ? List.of("p/x", "p/y z") : List.of();
        List<String> topics = Stream.concat(named.stream(), found.stream()).toList();
        List<Step> steps = new ArrayList<>();
        for (int i = 0, count = 3 + random.nextInt(12); i < count; i++) {
            steps.add(new Step(topics.get(random.nextInt(topics.size())), event(random)));
        }
        for (String topic : named) {
            steps.add(new Step(topic, event(random).closing(new CloseReason("over · fin"))));
        }
        String start = named.size() == 1 && !live && random.nextInt(4) == 0 ? "snapshot" : "earliest";
        return new GeneratedStream(app, named, !found.isEmpty(), live, start, List.copyOf(steps));
    }

    /// Tells whether it reads one topic, so that each event has an id.
    boolean isSingle() {
        return topics.size() == 1;
    }

    String query() {
        String names = topics.stream()
                .map(topic -> "topic=" + URLEncoder.encode(topic, StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return names + (pattern ? "&topic=p/*" : "") + "&from=" + start;
    }

    private static Event event(Random random) {
        Event event = Event.json(message(random));
        if (random.nextInt(3) == 0) {
            event = event.named(NAMES.get(random.nextInt(NAMES.size())));
        }
        return random.nextInt(6) == 0 ? event.asSnapshot() : event;
    }

    private static String message(Random random) {
        return switch (random.nextInt(14)) {
            case 0 -> "\"\"";
            case 1 -> "null";
            case 2 -> "\"line\\r\\nline\\nline\\rdata: x\\n\\nevent: end\"";
            case 3 -> "\"\\u0000 NUL, \\ud83c\\udf89 \\/\"";
            case 4 -> "\"🎉 👩‍👩‍👧 \u202eישראל\u202c \uFEFF \u2028\u2029\u0085\"";
            case 5 -> "\"\uFEFFdata: begins with a mark\"";
            case 6 -> "[ 1.50e+7, -0, 12345678901234567890, {\"id\" : \"7\"} ]";
            case 7 -> "{\"type\":\"end\",\"topic\":\"a\",\"data\":\":\"}";
            case 8 -> random.nextInt(3) == 0 ? "\"" + "größer ".repeat(13_000) + "\"" : "\" leading and trailing \"";
            default -> "{\"n\":" + random.nextInt() + ",\"text\":\"" + "x".repeat(random.nextInt(300)) + "\"}";
        };
    }

    void publish(App to) {
        steps.forEach(step -> to.topic(step.topic()).publish(step.event()));
    }
}
