/// The load that `fanfare bench` puts on a hub: many readers of one topic, and one publisher.
@NullMarked
package dev.fanfare.hub.bench;

import org.jspecify.annotations.NullMarked;
