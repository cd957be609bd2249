package dev.fanfare.examples;

import dev.fanfare.Broadcaster;
import dev.fanfare.client.HubClient;
import dev.fanfare.jobs.JobUpdate;
import java.net.URI;
import java.util.List;

/// A worker that reports to a hub elsewhere, by the same interface as inside one program.
///
/// Start a hub with `./fanfare serve` and give its address: `http://127.0.0.1:7780`.
public final class RemoteWorker {
    private RemoteWorker() {}

    public static void main(String[] args) {
        List<String> pages = List.of("cover", "contents", "chapter 1");
        try (Broadcaster hub = HubClient.connect(URI.create(args[0]))) {
            JobUpdate last =
                    hub.app("press").jobs().run("print-7", pages.size(), progress -> pages.forEach(progress::step));
            System.out.println(
                    last.jobId() + " " + last.status() + " at " + last.message().orElse(""));
        }
    }
}
