package dev.fanfare.server;

import dev.fanfare.spi.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// A static page at a fixed path: there are no other files, so no path can lead to one.
///
/// @param path begins with `/`, as `/client.js`
/// @param type its media type, as `text/html; charset=utf-8`
public record Page(String path, String type, Bytes content) {
    /// Nothing but what the hub itself serves, and no script or style within the page.
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src 'self' data:; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public Page {
        if (!path.startsWith("/") || path.startsWith("/v1/")) {
            throw new IllegalArgumentException("a page's path must begin with / and not with /v1/: " + path);
        }
        if (!type.matches("[\\x20-\\x7e]+")) {
            throw new IllegalArgumentException("not a media type: " + type);
        }
    }

    static Page ofResource(String path, String type, String resource) {
        try (InputStream in = Page.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource " + resource + " is missing beside " + Page.class.getName());
            }
            return new Page(path, type, Bytes.owning(in.readAllBytes()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    void serve(Exchange exchange) {
        exchange.answer(new Answer(200, type, content, "")
                .with("Content-Security-Policy", POLICY)
                .with("Referrer-Policy", "no-referrer")
                .with("Cross-Origin-Opener-Policy", "same-origin"));
    }
}
