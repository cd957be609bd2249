package dev.fanfare.jobs;

import dev.fanfare.InvalidValueException;
import dev.fanfare.Position;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import dev.fanfare.wire.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The JSON forms of a job: its state, a change of it, and an update as it is delivered.
///
/// An object is first cut into its fields, each still JSON, so that results keep every digit as they were written.
final class JobJson {
    private static final String FIELDS =
            Arrays.stream(JobField.values()).map(JobField::wireName).collect(Collectors.joining(", "));
    /// The most wrong letters in which a name is still taken for a slip.
    private static final int SLIP = 2;

    private JobJson() {}

    static Bytes write(JobState state) {
        return Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("status", state.status().wireName());
            json.writeName("progress");
            writeProgress(json, state.progress());
            json.writeStringProperty("message", state.message());
            json.writeName("results");
            writeResults(json, state.results());
            json.writeStringProperty("error", state.error());
            json.writeNumberProperty("attempt", state.attempt());
            json.writeEndObject();
        });
    }

    static Bytes write(JobChange change) {
        return Json.write(json -> {
            json.writeStartObject();
            for (JobField field : JobField.values()) {
                if (change.has(field)) {
                    json.writeName(field.wireName());
                    writeValue(json, change.get(field));
                }
            }
            json.writeEndObject();
        });
    }

    static JobChange readChange(Bytes json) {
        JobChange change = JobChange.none();
        for (Map.Entry<String, Bytes> member : members(Json.minify(json)).entrySet()) {
            JobField field = field(member.getKey()).orElseThrow(() -> unknown(member.getKey()));
            change = change.with(field, value(field, member.getValue()));
        }
        return change;
    }

    static JobState readState(Bytes json) {
        return state(members(json));
    }

    static JobUpdate readUpdate(Bytes json) {
        Map<String, Bytes> members = members(Json.minify(json));
        return new JobUpdate(
                line(members, "job_id"),
                state(members),
                time(line(members, "timestamp")),
                position(line(members, "position")),
                members.containsKey("snapshot"),
                members.containsKey("conflated") ? count("conflated", members.get("conflated")) : 0);
    }

    private static JobState state(Map<String, Bytes> members) {
        JobChange all = JobChange.none();
        for (JobField field : JobField.values()) {
            all = all.with(field, value(field, member(members, field.wireName())));
        }
        return JobRules.apply(null, all);
    }

    /// Cuts an object into its fields.
    private static Map<String, Bytes> members(Bytes json) {
        byte[] text = json.toArray();
        Map<String, Bytes> members = new LinkedHashMap<>();
        try (JsonParser parser = Json.parser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidValueException("bad_json", "a job is a JSON object, as {\"progress\":0.5}");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                if (members.put(name, nextValue(parser, text)) != null) {
                    throw new InvalidValueException("bad_json", "field " + Quote.of(name) + " stands there twice");
                }
            }
        }
        return members;
    }

    private static Bytes nextValue(JsonParser parser, byte[] text) {
        parser.nextToken();
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        return Bytes.owning(
                Arrays.copyOfRange(text, from, (int) parser.currentLocation().getByteOffset()));
    }

    private static @Nullable Object value(JobField field, Bytes json) {
        return switch (field) {
            case STATUS -> JobStatus.parse(text("bad_status", "status", json));
            case PROGRESS -> isNull(json) ? null : (Object) progress(json);
            case MESSAGE, ERROR ->
                isNull(json) ? null : JobText.require(field.wireName(), text("bad_json", field.wireName(), json));
            case RESULTS -> isNull(json) ? null : json;
            case ATTEMPT -> JobState.requireAttempt(count("attempt", json));
        };
    }

    private static double progress(Bytes json) {
        char first = (char) json.at(0);
        if (first != '-' && !Character.isDigit(first)) {
            throw new InvalidValueException(
                    "bad_progress", "progress must be a number from 0 to 1, or null when unknown, not " + quote(json));
        }
        return JobState.requireProgress(Double.parseDouble(json.utf8()));
    }

    private static int count(String name, Bytes json) {
        try {
            return Integer.parseInt(json.utf8());
        } catch (NumberFormatException other) {
            throw new InvalidValueException("bad_json", name + " must be a whole number, not " + quote(json));
        }
    }

    private static String text(String code, String name, Bytes json) {
        if (json.at(0) != '"') {
            throw new InvalidValueException(code, name + " must be a string, not " + quote(json));
        }
        try (JsonParser parser = Json.parser(json)) {
            parser.nextToken();
            return parser.getString();
        }
    }

    private static String line(Map<String, Bytes> members, String name) {
        return text("bad_json", name, member(members, name));
    }

    private static Bytes member(Map<String, Bytes> members, String name) {
        Bytes value = members.get(name);
        if (value == null) {
            throw new InvalidValueException("bad_json", "the job's field " + name + " is missing");
        }
        return value;
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException other) {
            throw new InvalidValueException("bad_json", "timestamp must be a time of RFC 3339, not " + Quote.of(text));
        }
    }

    private static Position position(String text) {
        return Position.parse(text)
                .orElseThrow(() -> new InvalidValueException("bad_json", "no position: " + Quote.of(text)));
    }

    private static boolean isNull(Bytes json) {
        return json.at(0) == 'n';
    }

    private static String quote(Bytes json) {
        return Quote.of(json.utf8());
    }

    private static Optional<JobField> field(String name) {
        return Arrays.stream(JobField.values())
                .filter(field -> field.wireName().equals(name))
                .findFirst();
    }

    private static InvalidValueException unknown(String name) {
        String meant = Arrays.stream(JobField.values())
                .map(JobField::wireName)
                .filter(known -> distance(known, name) <= SLIP)
                .findFirst()
                .map(known -> "; did you mean " + known + "?")
                .orElse("; a job has " + FIELDS);
        return new InvalidValueException("unknown_field", "no field of a job is called " + Quote.of(name) + meant);
    }

    /// Counts the letters to put in, take out or replace to make one text of the other.
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) > SLIP) {
            return SLIP + 1;
        }
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(diagonal, row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    private static void writeValue(JsonGenerator json, @Nullable Object value) {
        if (value instanceof JobStatus status) {
            json.writeString(status.wireName());
        } else if (value instanceof Double progress) {
            writeProgress(json, OptionalDouble.of(progress));
        } else if (value instanceof Integer attempt) {
            json.writeNumber(attempt);
        } else if (value instanceof Bytes results) {
            writeResults(json, results);
        } else {
            json.writeString((String) value);
        }
    }

    private static void writeProgress(JsonGenerator json, OptionalDouble progress) {
        if (progress.isEmpty()) {
            json.writeNull();
        } else if (progress.getAsDouble() == 0 || progress.getAsDouble() == 1) {
            json.writeNumber((int) progress.getAsDouble());
        } else {
            json.writeNumber(progress.getAsDouble());
        }
    }

    private static void writeResults(JsonGenerator json, @Nullable Bytes results) {
        if (results == null) {
            json.writeNull();
        } else {
            json.writeRawValue(results.utf8());
        }
    }
}
