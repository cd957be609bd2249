/// The demo: real work on a real folder, reported as jobs.
@NullMarked
package dev.fanfare.hub.demo;

import org.jspecify.annotations.NullMarked;
