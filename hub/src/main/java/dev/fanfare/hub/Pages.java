package dev.fanfare.hub;

import dev.fanfare.server.Page;
import dev.fanfare.spi.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/// The files that the hub serves beside its interface: the page at `/`, and the client for browsers.
final class Pages {
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String DASHBOARD = "/dev/fanfare/dashboard/";

    private Pages() {}

    static List<Page> all() {
        return List.of(
                page("/", "text/html; charset=utf-8", DASHBOARD + "index.html"),
                page("/app.js", SCRIPT, DASHBOARD + "app.js"),
                page("/style.css", "text/css; charset=utf-8", DASHBOARD + "style.css"),
                page("/client.js", SCRIPT, "/dev/fanfare/clientjs/client.js"));
    }

    private static Page page(String path, String type, String resource) {
        try (InputStream content = Pages.class.getResourceAsStream(resource)) {
            if (content == null) {
                throw new IllegalStateException("the resource " + resource + " is not on the class path");
            }
            return new Page(path, type, Bytes.owning(content.readAllBytes()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
