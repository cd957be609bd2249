package dev.fanfare.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.spi.Bytes;
import dev.fanfare.testbed.FanfareProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The demo as a process of its own, on a small folder.
final class DemoIT {
    @TempDir
    Path folder;

    @TempDir
    Path temporary;

    @BeforeEach
    void fillFolder() throws IOException {
        Files.createDirectories(folder.resolve("texts/deep"));
        Files.writeString(folder.resolve("texts/lines"), "three words here\n".repeat(4000));
        Files.writeString(folder.resolve("texts/deep/one line"), "x".repeat(30_000));
        Files.write(folder.resolve("zeros"), new byte[50_000]);
        Files.createFile(folder.resolve("empty"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--remote"})
    void everyJobEndsAsItShouldWhereverItIsWorkedOn(String where) throws Exception {
        Map<String, JobUpdate> last = new TreeMap<>();
        try (FanfareProgram demo = FanfareProgram.start(
                folder,
                Stream.of("demo", ".", "--once", "--full-speed", "--port", "0", "--output", "json", where)
                        .filter(arg -> !arg.isEmpty())
                        .toArray(String[]::new))) {
            assertThat(demo.line()).contains("\"url\":\"http://127.0.0.1:");
            demo.rest()
                    .lines()
                    .filter(line -> line.startsWith("{\"type\":\"job\""))
                    .forEach(line -> {
                        JobUpdate update = JobUpdate.parse(Bytes.utf8(line));
                        last.put(update.jobId(), update);
                    });
            assertThat(demo.exitCode()).isZero();
        }
        assertThat(last.keySet())
                .containsExactly(
                        "check/everything",
                        "compress/texts/deep",
                        "compress/texts/lines",
                        "compress/zeros",
                        "count/texts/deep",
                        "count/texts/lines",
                        "count/zeros",
                        "hash/texts/deep",
                        "hash/texts/lines",
                        "hash/zeros",
                        "unpack/truncated");
        last.forEach((id, update) -> assertThat(update.status()).as(id).isEqualTo(expected(id)));
        assertThat(last.get("count/texts/lines").results().orElseThrow())
                .contains("\"files\":1,\"bytes\":68000,")
                .contains("\"lines\":4000,\"words\":12000");
        assertThat(last.get("hash/zeros").results().orElseThrow()).contains("\"bytes\":50000");
        assertThat(last.get("unpack/truncated").error().orElseThrow()).contains("Unexpected end of ZLIB input stream");
    }

    private static JobStatus expected(String id) {
        return switch (id) {
            case "check/everything" -> JobStatus.CANCELLED;
            case "unpack/truncated" -> JobStatus.FAILED;
            default -> JobStatus.COMPLETE;
        };
    }

    @Test
    void namesThePageFirstAndStopsOnASignalWithNothingLeftBehind() throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(FanfareProgram.command("demo", ".", "--port", "0")).directory(folder.toFile());
        builder.command().add(1, "-Djava.io.tmpdir=" + temporary);
        Process demo = builder.redirectErrorStream(true).start();
        try (var out = demo.inputReader()) {
            assertThat(out.readLine()).startsWith("Open http://127.0.0.1:");
            awaitLine(out, " processing ");

            demo.destroy();

            assertThat(demo.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(demo.exitValue()).isZero();
        } finally {
            demo.destroyForcibly();
        }
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left.filter(file -> file.getFileName().toString().startsWith("fanfare")))
                    .isEmpty();
        }
    }

    @Test
    void anEmptyFolderIsSaidInOneLine() throws Exception {
        Path empty = Files.createDirectory(folder.resolve("nothing"));
        try (FanfareProgram demo = FanfareProgram.start(empty, "demo", ".", "--port", "0")) {
            demo.port();
            assertThat(demo.rest()).contains("fanfare: there is nothing to read in ");
            assertThat(demo.exitCode()).isEqualTo(66);
        }
    }

    private static void awaitLine(BufferedReader out, String part) throws IOException {
        for (String line = out.readLine(); !line.contains(part); line = out.readLine()) {
            // until it comes; the end of the output fails as null
        }
    }
}
