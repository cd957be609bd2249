/// Small programs that use Fanfare as its users do.
@NullMarked
package dev.fanfare.examples;

import org.jspecify.annotations.NullMarked;
