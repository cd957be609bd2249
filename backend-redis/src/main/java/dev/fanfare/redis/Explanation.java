package dev.fanfare.redis;

import dev.fanfare.BackendUnavailableException;
import dev.fanfare.UnusableStoreException;
import dev.fanfare.spi.Waiting;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/// Says in words for a person why a server cannot be used: now, if it is away, or as it is; and what to do about it.
final class Explanation {
    private Explanation() {}

    static RuntimeException of(RedisAddress address, Throwable failure) {
        Throwable cause = Waiting.cause(failure);
        if (cause instanceof UnusableStoreException || cause instanceof BackendUnavailableException) {
            return (RuntimeException) cause;
        }
        String said = Link.reason(failure);
        if (isOfTls(failure)) {
            return new UnusableStoreException(address.toString(), reasonOfTls(said));
        }
        return Fault.isAway(failure)
                ? new BackendUnavailableException(
                        address.toString(), "starting", said + doubtOfTls(address, said), false)
                : new UnusableStoreException(address.toString(), reason(address, said));
    }

    static RuntimeException ofSentinels(RedisAddress address, Throwable failure) {
        return Link.reason(failure).startsWith("WRONGPASS")
                ? new UnusableStoreException(
                        address.toString(),
                        "its Sentinels do not accept the user or the password of the servers; give them the same")
                : of(address, failure);
    }

    private static String reason(RedisAddress address, String said) {
        if (said.startsWith("WRONGPASS")) {
            return "it does not accept the user or the password";
        }
        if (said.startsWith("NOAUTH")) {
            return "it wants a password, as in " + address.scheme() + "://:password@host";
        }
        if (said.startsWith("NOPERM")) {
            return "its user may not do what is needed (" + said + "); give it the keys and channels that begin with "
                    + address.prefix() + ": and the commands that docs/backends.md lists";
        }
        if (said.startsWith("WRONGTYPE")) {
            return "another program keeps keys under the prefix " + address.prefix() + "; choose another with ?prefix=";
        }
        if (said.startsWith("ERR This instance has cluster support disabled")) {
            return "it is not part of a cluster; name it as redis://host:port";
        }
        return said.startsWith("OOM") ? "it is full (" + said + "); give it more maxmemory" : said;
    }

    /// A server that hears the other protocol falls silent, or hangs up.
    private static String doubtOfTls(RedisAddress address, String said) {
        if (address.tls()) {
            return said.contains("timed out") ? "; it may not speak TLS at this port: name it as redis://" : "";
        }
        boolean hasHungUp = said.contains("Connection reset") || said.contains("closed");
        return hasHungUp ? "; it may want TLS: name it as rediss://" : "";
    }

    private static boolean isOfTls(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .anyMatch(SSLException.class::isInstance);
    }

    private static String reasonOfTls(String said) {
        if (said.startsWith("not an SSL/TLS record")) {
            return "it does not speak TLS at this port: name it as redis://";
        }
        if (said.startsWith("No name matching") || said.startsWith("No subject alternative")) {
            return "its certificate is not for this host (" + said + "); name it as its certificate does";
        }
        if (said.contains("certification path")) {
            return "nobody whom this JVM trusts vouches for its certificate; put who does into a trust store, and name"
                    + " that with -Djavax.net.ssl.trustStore=file";
        }
        return "TLS has failed: " + said;
    }
}
