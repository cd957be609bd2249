package dev.fanfare.jobs;

import dev.fanfare.InvalidValueException;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.Quote;
import dev.fanfare.wire.Json;
import dev.fanfare.wire.JsonObject;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;

/// The JSON forms of a job's state and of a change of it.
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
        JsonObject object = JsonObject.parse(Json.minify(json));
        JobChange change = JobChange.none();
        for (String name : object.names()) {
            JobField field = field(name).orElseThrow(() -> unknown(name));
            change = change.with(field, value(field, object.raw(name)));
        }
        return change;
    }

    static JobState readState(Bytes json) {
        JsonObject object = JsonObject.parse(json);
        JobChange all = JobChange.none();
        for (JobField field : JobField.values()) {
            all = all.with(field, value(field, object.raw(field.wireName())));
        }
        return JobRules.apply(null, all);
    }

    /// @param json null for JSON's own null
    private static @Nullable Object value(JobField field, @Nullable Bytes json) {
        return switch (field) {
            case STATUS -> JobStatus.parse(text("bad_status", "status", json));
            case PROGRESS -> json == null ? null : (Object) progress(json);
            case MESSAGE, ERROR ->
                json == null ? null : JobText.require(field.wireName(), text("bad_json", field.wireName(), json));
            case RESULTS -> json;
            case ATTEMPT -> JobState.requireAttempt(attempt(json));
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

    private static int attempt(@Nullable Bytes json) {
        try {
            return Integer.parseInt(json == null ? "null" : json.utf8());
        } catch (NumberFormatException other) {
            throw new InvalidValueException("bad_json", "attempt must be a whole number, not " + quote(json));
        }
    }

    private static String text(String code, String name, @Nullable Bytes json) {
        if (json == null || json.at(0) != '"') {
            throw new InvalidValueException(code, name + " must be a string, not " + quote(json));
        }
        try (JsonParser parser = Json.parser(json)) {
            parser.nextToken();
            return parser.getString();
        }
    }

    private static String quote(@Nullable Bytes json) {
        return json == null ? "null" : Quote.of(json.utf8());
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
