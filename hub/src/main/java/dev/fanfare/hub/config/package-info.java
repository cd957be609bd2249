/// The hub's settings: one table, and the configuration that flags, environment and file make of it.
@NullMarked
package dev.fanfare.hub.config;

import org.jspecify.annotations.NullMarked;
