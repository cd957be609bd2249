package dev.fanfare.hub.demo;

import java.io.IOException;
import java.nio.file.Path;

/// One kind of real work on files.
///
/// Threads: safe; several workers may do the same chore on different parts.
interface Chore {
    /// Returns the first segment of its jobs' ids.
    String name();

    /// Works through the files of the part.
    ///
    /// @param root the folder that the files are in
    Findings work(Path root, Part part, Meter meter) throws IOException;

    /// What came of it.
    ///
    /// @param message a line for people
    /// @param json the fields of a JSON object, without its braces
    record Findings(String message, String json) {}
}
