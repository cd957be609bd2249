package dev.fanfare.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.spi.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// What is written is read: in any of the spellings that the format allows, and cut anywhere.
final class SseParserPropertyTest {
    private static final String[] LINE_ENDS = {"\n", "\r", "\r\n"};

    /// @param id null for an event that brings no id of its own
    record Frame(String name, List<String> lines, String id) {}

    @Property(tries = 500)
    void anySpellingOfAStreamCutAnywhereGivesTheSameEvents(@ForAll("streams") List<Frame> frames, @ForAll long seed) {
        Random random = new Random(seed);
        byte[] stream = spell(frames, random).getBytes(StandardCharsets.UTF_8);
        assertThat(parseInPieces(stream, random)).isEqualTo(expected(frames));
    }

    @Property(tries = 500)
    void anyBytesCutAnywhereGiveTheSameEvents(@ForAll("noise") byte[] stream, @ForAll long seed) {
        assertThat(parseInPieces(stream, new Random(seed))).isEqualTo(parse(stream));
    }

    @Property(tries = 500)
    void whatTheWriterWritesIsRead(@ForAll("streams") List<Frame> frames, @ForAll long seed) {
        SseWriter writer = new SseWriter().retry(2871);
        for (Frame frame : frames) {
            Bytes data = Bytes.utf8(String.join("\n", frame.lines()));
            writer.heartbeat().event(frame.name().isEmpty() ? null : frame.name(), data, frame.id());
        }
        byte[] stream = writer.toBytes().toArray();
        assertThat(parseInPieces(stream, new Random(seed))).isEqualTo(expected(frames));
    }

    @Provide
    Arbitrary<List<Frame>> streams() {
        Arbitrary<String> name = Arbitraries.of("", "created", "with space", " leading", "a:b", "é🎉", "data");
        Arbitrary<String> line =
                Arbitraries.strings().withChars("ab: \0\u2028\uFEFFé🎉{}\"\\").ofMaxLength(12);
        Arbitrary<List<String>> lines = line.list().ofMinSize(1).ofMaxSize(4);
        Arbitrary<String> id = Arbitraries.of("1-1-0000000a", "v1.x", " ", "7").injectNull(0.4);
        return Combinators.combine(name, lines, id).as(Frame::new).list().ofMaxSize(8);
    }

    @Provide
    Arbitrary<byte[]> noise() {
        return Arbitraries.of(
                        "\r",
                        "\n",
                        "\n\n",
                        ":",
                        " ",
                        "data",
                        "data: x",
                        "event: e",
                        "id: 1",
                        "retry: 5",
                        "\uFEFF",
                        "\0",
                        "é")
                .list()
                .ofMaxSize(40)
                .map(parts -> String.join("", parts).getBytes(StandardCharsets.UTF_8));
    }

    private static List<SseEvent> expected(List<Frame> frames) {
        List<SseEvent> events = new ArrayList<>();
        String id = "";
        for (Frame frame : frames) {
            id = frame.id() == null ? id : frame.id();
            String name = frame.name().isEmpty() ? SseEvent.UNNAMED : frame.name();
            events.add(new SseEvent(name, Bytes.utf8(String.join("\n", frame.lines())), id));
        }
        return events;
    }

    private static String spell(List<Frame> frames, Random random) {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "\uFEFF" : "");
        for (Frame frame : frames) {
            if (random.nextBoolean()) {
                end(text.append(": comment"), random);
            }
            if (frame.id() != null) {
                field(text, "id", frame.id(), random);
            }
            for (String line : frame.lines()) {
                field(text, "data", line, random);
            }
            if (!frame.name().isEmpty()) {
                field(text, "event", frame.name(), random);
            }
            end(text, random);
        }
        return text.toString();
    }

    private static void field(StringBuilder text, String field, String value, Random random) {
        boolean needsSpace = value.startsWith(" ");
        boolean bare = value.isEmpty() && random.nextBoolean();
        text.append(field);
        if (!bare) {
            text.append(needsSpace || random.nextBoolean() ? ": " : ":").append(value);
        }
        end(text, random);
    }

    /// Never a line feed where it would join a carriage return before it to one line end.
    private static void end(StringBuilder text, Random random) {
        String end = LINE_ENDS[random.nextInt(LINE_ENDS.length)];
        boolean joins = end.equals("\n") && text.length() > 0 && text.charAt(text.length() - 1) == '\r';
        text.append(joins ? "\r" : end);
    }

    private static List<SseEvent> parse(byte[] stream) {
        List<SseEvent> events = new ArrayList<>();
        new SseParser(1 << 20, events::add).push(ByteBuffer.wrap(stream));
        return events;
    }

    private static List<SseEvent> parseInPieces(byte[] stream, Random random) {
        List<SseEvent> events = new ArrayList<>();
        SseParser parser = new SseParser(1 << 20, events::add);
        int largest = 1 + random.nextInt(20);
        for (int at = 0; at < stream.length; ) {
            int length = Math.min(random.nextInt(largest + 1), stream.length - at);
            parser.push(ByteBuffer.wrap(stream, at, length));
            at += length;
        }
        return events;
    }
}
