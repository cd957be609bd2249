package dev.fanfare.history;

import dev.fanfare.Delivery;
import dev.fanfare.Durability;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Position;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import dev.fanfare.spi.TopicName;
import dev.fanfare.wire.DeliveryReader;
import dev.fanfare.wire.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/// Reads the lines that [EntryJson] writes.
final class EntryReader {
    private EntryReader() {}

    /// @param number of the line, for whoever must find the one that is wrong
    /// @throws InvalidValueException if it is no entry
    static Entry read(String line, int number) {
        try {
            return read(JsonObject.parse(Bytes.utf8(line)));
        } catch (IllegalArgumentException wrong) {
            throw new InvalidValueException("bad_json", "line " + number + " is no entry: " + wrong.getMessage());
        }
    }

    private static Entry read(JsonObject line) {
        String type = line.requireText("type");
        return switch (type) {
            case "attempted" -> new Entry.Attempted(sending(line), line.flag("conflatable"));
            case "acked" ->
                new Entry.Acked(sending(line), position(line, "position"), durability(line), line.flag("duplicate"));
            case "refused" -> new Entry.Refused(sending(line), line.requireText("code"));
            case "unanswered" -> new Entry.Unanswered(sending(line), line.requireText("detail"));
            case "connected" -> connected(line);
            case "saw" -> saw(line);
            case "missed" -> missed(line);
            case "ended" ->
                new Entry.Ended(connection(line), topic(line), line.requireText("reason"), position(line, "position"));
            case "disconnected" -> new Entry.Disconnected(connection(line), line.requireText("why"));
            case "instep" -> new Entry.InStep();
            case "tookover" -> new Entry.TookOver();
            case "quiet" -> new Entry.Quiet();
            case "found" -> found(line);
            default -> throw new InvalidValueException("bad_json", "unknown type " + Quote.of(type));
        };
    }

    private static Entry saw(JsonObject line) {
        Optional<JobMark> job = line.text("status").map(status -> new JobMark(JobStatus.parse(status), progress(line)));
        int conflated = Math.toIntExact(line.number("conflated").orElse(0));
        var marks = new Entry.Saw.Marks(line.flag("snapshot"), conflated, job);
        return new Entry.Saw(connection(line), topic(line), position(line, "position"), line.requireText("id"), marks);
    }

    private static OptionalDouble progress(JsonObject line) {
        Bytes progress = line.raw("progress");
        return progress == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(progress.utf8()));
    }

    private static Entry missed(JsonObject line) {
        return new Entry.Missed(
                connection(line),
                topic(line),
                oneOf(Delivery.Cause.values(), Delivery.Cause::wireName, line.requireText("cause")),
                line.number("count"),
                position(line, "from"),
                position(line, "to"));
    }

    private static Entry found(JsonObject line) {
        return new Entry.Found(
                line.requireText("hub"),
                topic(line),
                position(line, "head"),
                line.text("closed"),
                line.text("snapshot_at").map(at -> position(line, "snapshot_at")));
    }

    private static Sending sending(JsonObject line) {
        return new Sending(line.requireText("publisher"), topic(line), line.requireText("id"));
    }

    private static Connection connection(JsonObject line) {
        return new Connection(
                line.requireText("reader"),
                Math.toIntExact(line.number("connection").orElse(0)));
    }

    private static Entry connected(JsonObject line) {
        Map<String, Position> places = new HashMap<>();
        JsonObject named = JsonObject.parse(line.requireRaw("places"));
        named.names().forEach(topic -> places.put(topic, position(named, topic)));
        List<String> patterns =
                line.array("patterns").stream().map(EntryReader::string).toList();
        return new Entry.Connected(connection(line), line.requireText("app"), places, patterns);
    }

    /// Reads a string that is no member.
    private static String string(Bytes json) {
        return JsonObject.parse(Bytes.utf8("{\"text\":" + json.utf8() + "}")).requireText("text");
    }

    private static TopicName topic(JsonObject line) {
        return new TopicName(line.requireText("app"), line.requireText("topic"));
    }

    private static Position position(JsonObject line, String member) {
        return DeliveryReader.position(line, member);
    }

    private static Durability durability(JsonObject line) {
        return oneOf(Durability.values(), Durability::wireName, line.requireText("durability"));
    }

    private static <T> T oneOf(T[] values, Function<T, String> name, String text) {
        for (T value : values) {
            if (name.apply(value).equals(text)) {
                return value;
            }
        }
        throw new InvalidValueException("bad_json", "unknown value " + Quote.of(text));
    }
}
