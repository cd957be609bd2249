import org.jspecify.annotations.NullMarked;

/// Fanfare's library: topics as logs, subscriptions as cursors in them, and jobs on top.
@NullMarked
module dev.fanfare.core {
    requires transitive java.sql;
    requires transitive tools.jackson.core;
    requires static transitive org.jspecify;

    exports dev.fanfare;
    exports dev.fanfare.jobs;
    exports dev.fanfare.memory;
    exports dev.fanfare.spi;
    exports dev.fanfare.wire;
}
