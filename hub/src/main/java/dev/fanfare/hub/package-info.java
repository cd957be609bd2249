/// The program: commands, configuration, packaging.
@NullMarked
package dev.fanfare.hub;

import org.jspecify.annotations.NullMarked;
