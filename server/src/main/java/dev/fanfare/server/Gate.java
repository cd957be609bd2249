package dev.fanfare.server;

import dev.fanfare.spi.Quote;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Says from where a request may come, before anything else looks at it.
///
/// Loopback is not safe by itself: a page from anywhere can name a host that it has pointed at 127.0.0.1, or send a
/// form to it. So the host must be one of ours, and a page that writes or opens a WebSocket must be one of ours too.
///
/// @param hosts further names under which the hub is reached, without a port, in lower case
/// @param origins further origins whose pages may read and write, as `https://shop.example`
record Gate(Set<String> hosts, Set<String> origins) {
    private static final Pattern HOST = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?");
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}|\\[::1]");

    Gate {
        hosts = Set.copyOf(hosts);
        origins = Set.copyOf(origins);
    }

    /// @throws Refusal if the request names another host than this hub, or none
    void checkHost(HttpVersion version, HttpHeaders headers) {
        List<String> named = headers.getAll(HttpHeaderNames.HOST);
        if (named.isEmpty() && version.equals(HttpVersion.HTTP_1_0)) {
            return; // no browser sends such a request
        }
        if (named.size() != 1) {
            throw new Refusal(Code.BAD_PARAMETER, "a request must have one Host header, this one has " + named.size());
        }
        checkHost(named.get(0));
    }

    /// Checks the host of a request whose target is a whole URI, which then counts beside the header.
    void checkHost(String authority) {
        var form = HOST.matcher(authority);
        if (!form.matches() || !isOurs(form.group(1).toLowerCase(Locale.ROOT))) {
            throw new Refusal(
                    Code.MISDIRECTED_HOST,
                    "this hub does not answer for host " + Quote.of(authority)
                            + "; use localhost, or add the name to its allowed hosts");
        }
    }

    /// Returns the origin of the page that asks, when that page may read the answer.
    Optional<String> allowedOrigin(HttpHeaders headers) {
        return Optional.ofNullable(headers.get(HttpHeaderNames.ORIGIN)).filter(this::allows);
    }

    /// @throws Refusal if a page that is not ours wants to write, or to open a WebSocket
    void requireOurs(HttpHeaders headers) {
        for (String origin : headers.getAll(HttpHeaderNames.ORIGIN)) {
            if (!allows(origin)) {
                throw new Refusal(
                        Code.FOREIGN_ORIGIN,
                        "pages of origin " + Quote.of(origin) + " may not write here; add it to the allowed origins");
            }
        }
    }

    private boolean allows(String origin) {
        if (origins.contains(origin)) {
            return true;
        }
        String host = hostOf(origin);
        return host != null && LOOPBACK.matcher(host).matches();
    }

    private boolean isOurs(String host) {
        return LOOPBACK.matcher(host).matches() || hosts.contains(host);
    }

    /// Returns the host of an origin as browsers write it: a scheme, a host, perhaps a port, and nothing else.
    private static @Nullable String hostOf(String origin) {
        try {
            URI uri = new URI(origin);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            boolean bare = uri.getRawUserInfo() == null
                    && uri.getRawPath().isEmpty()
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
            return web && bare ? uri.getHost() : null;
        } catch (URISyntaxException | NullPointerException noOrigin) {
            return null;
        }
    }
}
