package dev.fanfare.spi;

/// Whether a backend can be relied on just now.
///
/// @param detail why not, for a person; empty when available
public record BackendHealth(boolean available, String detail) {
    public static final BackendHealth AVAILABLE = new BackendHealth(true, "");

    public static BackendHealth unavailable(String detail) {
        return new BackendHealth(false, detail);
    }
}
