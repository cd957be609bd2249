/// Real servers, hubs and networks for tests, as child processes that can be broken.
@NullMarked
package dev.fanfare.testbed;

import org.jspecify.annotations.NullMarked;
