package dev.fanfare.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The server's programs, unpacked once from the build's dependencies, and run as a user that they accept: not root.
final class PostgresPrograms {
    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
    private static final long PATIENCE_SECONDS = 60;

    private final Path folder;

    private PostgresPrograms(Path folder) {
        this.folder = folder;
    }

    static PostgresPrograms unpacked() throws IOException {
        URL archive = PostgresPrograms.class.getResource(ARCHIVE);
        if (archive == null) {
            throw new IOException("there are no PostgreSQL programs for this system; name a server in the variable "
                    + PostgresServer.VARIABLE);
        }
        Path folder = folderOf(archive);
        if (!Files.isExecutable(folder.resolve("bin/postgres"))) {
            unpack(archive, folder);
        }
        return new PostgresPrograms(folder);
    }

    /// Each version has a folder of its own; no two archives have the same size.
    private static Path folderOf(URL archive) throws IOException {
        long size = archive.openConnection().getContentLengthLong();
        return Path.of(System.getProperty("java.io.tmpdir"), "fanfare-test-postgres-" + size);
    }

    /// Unpacks beside the folder and renames it, so that no other test sees it half full.
    private static void unpack(URL archive, Path folder) throws IOException {
        Path beside = Files.createTempDirectory(
                folder.getParent(), folder.getFileName().toString());
        Path copy = beside.resolve("archive.txz");
        try (InputStream packed = archive.openStream()) {
            Files.copy(packed, copy);
        }
        finish(List.of("tar", "-xJf", copy.toString(), "-C", beside.toString()));
        Files.delete(copy);
        finish(List.of("chmod", "755", beside.toString()));
        try {
            Files.move(beside, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException another) {
            if (!Files.isExecutable(folder.resolve("bin/postgres"))) {
                throw another;
            }
        }
    }

    /// Returns what a command begins with so that root runs it as a user without rights.
    static List<String> asNobody() {
        return isRoot() ? List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups") : List.of();
    }

    /// Makes a folder that the programs may write to.
    static Path newFolder() throws IOException {
        Path made = Files.createTempDirectory("fanfare-postgres-");
        if (isRoot()) {
            finish(List.of("chown", "nobody", made.toString()));
        }
        return made;
    }

    /// Writes a file that the programs can read, and nobody else.
    static void writeSecret(Path file, String text) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
        if (isRoot()) {
            finish(List.of("chown", "nobody", file.toString()));
        }
    }

    /// Copies a folder with the rights of its files.
    static void copy(Path from, Path to) throws IOException {
        finish(List.of("cp", "--archive", from.toString(), to.toString()));
    }

    void run(String program, String... arguments) {
        List<String> command = new ArrayList<>(asNobody());
        command.add(folder.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        try {
            finish(command);
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static void finish(List<String> command) throws IOException {
        Path output = Files.createTempFile("fanfare-", ".log");
        Process process = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(command + " failed: " + Files.readString(output));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        } finally {
            Files.delete(output);
        }
    }
}
