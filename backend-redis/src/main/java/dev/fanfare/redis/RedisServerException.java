package dev.fanfare.redis;

/// A server that this backend does not use, and why.
public final class RedisServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param address without its password
    RedisServerException(String address, String reason) {
        super("cannot keep topics in " + address + ": " + reason);
    }
}
