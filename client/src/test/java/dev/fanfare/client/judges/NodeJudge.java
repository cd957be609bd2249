package dev.fanfare.client.judges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.client.judges.Court.Task;
import dev.fanfare.client.judges.Verdict.Read;
import dev.fanfare.spi.Bytes;
import dev.fanfare.wire.Json;
import dev.fanfare.wire.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Judges that run in Node, or are driven from there.
///
/// Their packages are installed into `target`, as the lock file says.
final class NodeJudge {
    private static final Path SOURCE = Path.of("src/test/node");
    private static final Path HOME = Path.of("target/judges");

    private NodeJudge() {}

    static void install() throws Exception {
        Files.createDirectories(HOME);
        for (String file : List.of("package.json", "package-lock.json", ".npmrc", "judge.js", "reader.js")) {
            Files.write(HOME.resolve(file), Files.readAllBytes(SOURCE.resolve(file)));
        }
        run("install", 120, "npm", "ci", "--no-audit", "--no-fund");
    }

    static Map<String, List<Read>> read(String judge, String page, List<Task> tasks, int atOnce, long seconds)
            throws Exception {
        Path task = HOME.resolve(judge + "-task.json");
        Path results = HOME.resolve(judge + "-results.json");
        Files.deleteIfExists(results);
        Files.write(task, task(page, tasks, atOnce, seconds / 2).toArray());
        run(
                judge,
                seconds,
                "node",
                "judge.js",
                judge,
                task.getFileName().toString(),
                results.getFileName().toString());
        return results(JsonObject.parse(Bytes.owning(Files.readAllBytes(results))), tasks);
    }

    private static Bytes task(String page, List<Task> tasks, int atOnce, long seconds) {
        return Json.write(json -> {
            json.writeStartObject();
            json.writeStringProperty("page", page);
            json.writeNumberProperty("atOnce", atOnce);
            json.writeNumberProperty("seconds", seconds);
            json.writeArrayPropertyStart("names");
            GeneratedStream.NAMES.forEach(json::writeString);
            json.writeEndArray();
            json.writeArrayPropertyStart("streams");
            for (Task stream : tasks) {
                json.writeStartObject();
                json.writeStringProperty("id", stream.id());
                json.writeStringProperty("url", stream.url());
                json.writeNumberProperty("events", stream.events());
                json.writeNumberProperty("ends", stream.ends());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static Map<String, List<Read>> results(JsonObject results, List<Task> tasks) {
        Map<String, List<Read>> read = new LinkedHashMap<>();
        for (Task task : tasks) {
            read.put(
                    task.id(),
                    results.array(task.id()).stream().map(NodeJudge::event).toList());
        }
        return read;
    }

    private static Read event(Bytes array) {
        JsonObject event = JsonObject.parse(Bytes.utf8("{\"event\":" + array.utf8() + "}"));
        List<String> fields = event.array("event").stream().map(NodeJudge::text).toList();
        return new Read(fields.get(0), fields.get(1), fields.get(2));
    }

    private static String text(Bytes json) {
        return JsonObject.parse(Bytes.utf8("{\"text\":" + json.utf8() + "}")).requireText("text");
    }

    private static void run(String what, long seconds, String... command) throws IOException, InterruptedException {
        Path log = HOME.resolve(what + ".log");
        Process process = new ProcessBuilder(command)
                .directory(HOME.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        assertThat(ended && process.exitValue() == 0)
                .as(() -> what + (ended ? " failed" : " took longer than " + seconds + " s") + ": " + read(log))
                .isTrue();
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }
}
